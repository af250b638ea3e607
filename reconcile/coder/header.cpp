#include "reconcile/coder/header.h"

#include <algorithm>

#include "specs/text/ascii.h"

namespace cr::coder {
namespace {

/// Characters of a header's name: RFC 9110's token.
bool is_token_character(char c) {
  return text::is_letter_or_digit(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_ours(std::string_view name) {
  static constexpr std::string_view kOurs[] = {
      "host",           "content-length", "content-type",        "connection", "transfer-encoding",
      "user-agent",     "accept",         "coder-session-token", "expect",     "proxy-authorization",
      "accept-encoding"};
  const std::string small = text::lower(name);
  return std::find(std::begin(kOurs), std::end(kOurs), small) != std::end(kOurs);
}

}  // namespace

std::optional<std::string> header_problem(std::string_view name, std::string_view value) {
  if (name.empty() || !std::all_of(name.begin(), name.end(), is_token_character)) {
    return "is not a valid header name";
  }
  if (is_ours(name)) return "is set by coder-reconciler itself";
  // A tab may stand in a value; what ends a line or is not printed may not.
  const bool good = std::all_of(value.begin(), value.end(), [](char c) {
    return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) != 0x7F);
  });
  if (!good) return "has a line break or control character in its value";
  return std::nullopt;
}

}  // namespace cr::coder
