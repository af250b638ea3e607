#include "daemon/config/values.h"

#include <algorithm>
#include <stdexcept>

#include "reconcile/coder/access_url.h"
#include "reconcile/coder/header.h"
#include "specs/duration.h"
#include "specs/text/ascii.h"
#include "specs/text/number.h"

namespace cr::daemon {
namespace {

std::string quoted(std::string_view text) {
  return '"' + std::string{text} + '"';
}

}  // namespace

void throw_exception_from_error(const ValueError& error, const boost::source_location&) {
  throw std::logic_error("unchecked value error: " + error.message());
}

Value<bool> parse_bool(std::string_view text) {
  if (text == "true" || text == "1" || text == "yes") return true;
  if (text == "false" || text == "0" || text == "no") return false;
  return ValueError("invalid value " + quoted(text) + ": must be true or false");
}

Value<std::size_t> parse_count(std::string_view text, std::size_t least, std::size_t most) {
  const auto count = text::parse_number<std::size_t>(text);
  if (!count || *count < least || *count > most) {
    return ValueError("invalid value " + quoted(text) + ": must be a whole number from " +
                      std::to_string(least) + " to " + std::to_string(most));
  }
  return *count;
}

Value<std::chrono::nanoseconds> parse_time(std::string_view text, std::chrono::nanoseconds least,
                                           std::chrono::nanoseconds most) {
  const auto duration = specs::parse_duration(text);
  if (!duration)
    return ValueError("invalid duration " + quoted(text) + "; use a value such as 90s, 5m or 1h30m");
  if (*duration < least || *duration > most) {
    return ValueError("invalid duration " + quoted(text) + ": must be from " + specs::format_duration(least) +
                      " to " + specs::format_duration(most));
  }
  return *duration;
}

Value<std::string> parse_url(std::string_view text) {
  const auto url = coder::parse_access_url(text);
  if (!url) return ValueError(url.error().message);
  return {boost::system::in_place_value, url->to_string()};
}

Value<ListenAddress> parse_listen(std::string_view text) {
  if (text == "off") return ListenAddress{.enabled = false, .host = {}, .port = 0};
  const ValueError error("invalid address " + quoted(text) +
                         "; use HOST:PORT, :PORT, [::1]:PORT, or off for none");
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return error;
  const auto port = text::parse_number<std::uint16_t>(text.substr(colon + 1));
  if (!port) return error;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    if (host.empty()) return error;
  } else if (host.find_first_of(":[]/ ") != std::string_view::npos) {
    return error;
  }
  return ListenAddress{.enabled = true, .host = std::string{host}, .port = *port};
}

Value<std::pair<std::string, Secret>> parse_header(std::string_view text) {
  const auto equal = text.find('=');
  if (equal == std::string_view::npos || equal == 0) return ValueError("invalid header: must be NAME=VALUE");
  const std::string_view name = text.substr(0, equal);
  const std::string_view value = text.substr(equal + 1);
  if (const auto problem = coder::header_problem(name, value))
    return ValueError(quoted(name) + ' ' + *problem);
  return std::pair{std::string{name}, Secret{std::string{value}}};
}

Value<std::vector<std::string>> parse_csv(std::string_view text) {
  std::vector<std::string> items(1);
  bool in_quotes = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"' && in_quotes && i + 1 < text.size() && text[i + 1] == '"') {
      items.back() += '"';
      ++i;
    } else if (c == '"') {
      in_quotes = !in_quotes;
    } else if (c == ',' && !in_quotes) {
      items.emplace_back();
    } else {
      items.back() += c;
    }
  }
  if (in_quotes) return ValueError("unclosed double quote");
  std::erase(items, std::string{});
  return items;
}

Value<std::string> parse_host_name(std::string_view text) {
  constexpr std::size_t kLongest = 253;
  const std::string_view name = text.ends_with('.') ? text.substr(0, text.size() - 1) : text;
  const bool good = !name.empty() && name.size() <= kLongest && !name.starts_with('.') &&
                    !name.ends_with('.') && name.find("..") == std::string_view::npos &&
                    std::ranges::all_of(name, [](char c) {
                      return text::is_letter_or_digit(c) || c == '-' || c == '_' || c == '.';
                    });
  if (!good) {
    return ValueError("invalid host name " + quoted(text) +
                      "; use a name such as reconciler.example.com, without scheme and port "
                      "(IP addresses are always accepted)");
  }
  return {boost::system::in_place_value, text};
}

Value<std::string> parse_digest(std::string_view text) {
  const bool hex =
      std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  if (text.size() != 16 || !hex) {
    return ValueError("invalid digest " + quoted(text) +
                      ": must be 16 hexadecimal digits, as plan prints them");
  }
  return {boost::system::in_place_value, text};
}

}  // namespace cr::daemon
