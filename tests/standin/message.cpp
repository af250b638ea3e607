#include "tests/standin/message.h"

#include <charconv>
#include <nlohmann/json.hpp>

namespace cr::standin {

std::string decode_component(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      decoded += ' ';
      continue;
    }
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size()) {
      const auto* end = text.data() + i + 3;
      const auto parsed = std::from_chars(text.data() + i + 1, end, value, 16);
      if (parsed.ec == std::errc() && parsed.ptr == end) {
        decoded += static_cast<char>(value);
        i += 2;
        continue;
      }
    }
    decoded += text[i];
  }
  return decoded;
}

Request Request::make(std::string method, std::string target, std::string body) {
  Request request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.body = std::move(body);
  const std::string_view whole = request.target;
  const std::size_t mark = whole.find('?');
  for (const char c : whole.substr(0, mark)) {
    if (c == '/' && request.path.ends_with('/')) continue;
    request.path += c;
  }
  std::string_view rest = mark == std::string_view::npos ? std::string_view() : whole.substr(mark + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    const std::size_t equals = pair.find('=');
    std::string value = equals == std::string_view::npos ? "" : decode_component(pair.substr(equals + 1));
    request.query.emplace(decode_component(pair.substr(0, equals)), std::move(value));
  }
  return request;
}

Reply Reply::json(int status, std::string body) {
  Reply reply;
  reply.status = status;
  reply.body = std::move(body);
  return reply;
}

Reply Reply::empty(int status) {
  Reply reply;
  reply.status = status;
  reply.content_type.clear();
  return reply;
}

Reply Reply::error(int status, std::string_view message, std::string_view detail,
                   const std::vector<Validation>& validations) {
  nlohmann::ordered_json body;
  body["message"] = message;
  if (!detail.empty()) body["detail"] = detail;
  for (const auto& validation : validations) {
    nlohmann::ordered_json entry;
    entry["field"] = validation.field;
    entry["detail"] = validation.detail;
    body["validations"].push_back(std::move(entry));
  }
  return json(status, body.dump() + "\n");
}

Reply Reply::not_found() {
  return error(404, "Resource not found or you do not have access to this resource");
}

}  // namespace cr::standin
