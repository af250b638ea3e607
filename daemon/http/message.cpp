#include "daemon/http/message.h"

#include <optional>

namespace cr::daemon {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> decode(std::string_view text, bool plus_is_blank) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      result += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      result += text[i] == '+' && plus_is_blank ? ' ' : text[i];
    }
  }
  return result;
}

}  // namespace

bool parse_target(std::string_view target, HttpRequest& into) {
  if (!target.starts_with('/')) return false;
  target = target.substr(0, target.find('#'));
  const auto question = target.find('?');
  std::string_view path = target.substr(0, question);
  const auto decoded = decode(path, false);
  if (!decoded) return false;
  into.path = *decoded;
  into.segments.clear();
  into.query.clear();
  path.remove_prefix(1);
  while (!path.empty()) {
    const auto slash = path.find('/');
    const auto segment = decode(path.substr(0, slash), false);
    if (!segment) return false;
    into.segments.push_back(*segment);
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
  }
  std::string_view query =
      question == std::string_view::npos ? std::string_view{} : target.substr(question + 1);
  while (!query.empty()) {
    const auto end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
    if (pair.empty()) continue;
    const auto equal = pair.find('=');
    const auto key = decode(pair.substr(0, equal), true);
    const auto value =
        decode(equal == std::string_view::npos ? std::string_view{} : pair.substr(equal + 1), true);
    if (!key || !value) return false;
    into.query[*key] = *value;
  }
  return true;
}

}  // namespace cr::daemon
