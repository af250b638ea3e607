#include "tests/standin/http_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/http/status.hpp>

namespace cr::standin {
namespace {

constexpr std::size_t kLongestPlainBody = 2048;
constexpr std::size_t kChunk = 32768;

std::string in_chunks(const std::string& body) {
  std::string text;
  text.reserve(body.size() + body.size() / kChunk * 10 + 32);
  for (std::size_t at = 0; at < body.size(); at += kChunk) {
    const std::size_t size = std::min(kChunk, body.size() - at);
    text += fmt::format("{:x}\r\n", size);
    text.append(body, at, size);
    text += "\r\n";
  }
  return text + "0\r\n\r\n";
}

}  // namespace

HttpText to_http(const Reply& reply, bool keep_alive) {
  HttpText text;
  const auto reason = boost::beast::http::obsolete_reason(
      boost::beast::http::int_to_status(static_cast<unsigned>(reply.status)));
  text.head = fmt::format("HTTP/1.1 {} {}\r\n", reply.status, std::string_view(reason.data(), reason.size()));
  if (!reply.content_type.empty()) text.head += "Content-Type: " + reply.content_type + "\r\n";
  for (const auto& [name, value] : reply.headers) text.head += name + ": " + value + "\r\n";
  if (!keep_alive) text.head += "Connection: close\r\n";
  const bool bodiless = reply.status == 204 || reply.status == 304;
  if (!bodiless) {
    if (reply.body.size() > kLongestPlainBody) {
      text.head += "Transfer-Encoding: chunked\r\n";
      text.body = in_chunks(reply.body);
    } else {
      text.head += fmt::format("Content-Length: {}\r\n", reply.body.size());
      text.body = reply.body;
    }
  }
  text.head += "\r\n";
  return text;
}

}  // namespace cr::standin
