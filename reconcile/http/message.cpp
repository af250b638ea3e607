#include "reconcile/http/message.h"

#include <fmt/format.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/beast/core/string.hpp>
#include <utility>

#include "reconcile/http/answer_reader.h"
#include "reconcile/http/stream.h"

namespace cr::http {

namespace asio = boost::asio;

std::string_view HttpResponse::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (boost::beast::iequals(key, name)) return value;
  }
  return {};
}

awaitable<TransportResult<HttpResponse>> exchange(Stream& stream, std::string_view message, Expected expected,
                                                  Progress& progress) {
  const auto sent_error = [](TransportError error) {
    error.unsent = false;
    return error;
  };
  progress.doing = "sending the request";
  progress.sent = true;
  const asio::const_buffer bytes(message.data(), message.size());
  // A server may answer and close before it has read everything: then the answer is still there to be read.
  const auto written = co_await stream.write(bytes);

  progress.doing = "waiting for the response";
  AnswerReader reader(expected);
  bool any_byte = false;
  while (!reader.done()) {
    const asio::mutable_buffer space = reader.space();
    const auto got = co_await stream.read_some(space);
    if (got) {
      if (!any_byte) progress.doing = "reading the response";
      any_byte = true;
      if (auto error = reader.take(*got)) co_return sent_error(std::move(*error));
      continue;
    }
    if (got.error() == asio::error::eof && any_byte) {
      if (reader.take_end()) break;
      co_return sent_error(closed_in_the_middle());
    }
    const auto& cause = !any_byte && written.has_error() ? written.error() : got.error();
    TransportError error(TransportFault::unreachable,
                         cause == asio::error::eof
                             ? "the connection was closed without a response"
                             : fmt::format("while {}: {}", progress.doing, stream.describe(cause)));
    error.closed_before_answer = !any_byte;
    co_return sent_error(std::move(error));
  }
  HttpResponse response = reader.response();
  // Bytes behind the answer belong to nothing that we asked.
  if (reader.more_than_asked() || written.has_error()) response.keep_alive = false;
  co_return response;
}

}  // namespace cr::http
