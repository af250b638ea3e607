#include "specs/visible.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "specs/text/utf8.h"

namespace cr::specs {
namespace {

/// What may stand as it is without a look at more than the byte.
bool is_harmless(char c) {
  return c >= ' ' && c < 0x7F && c != '#';
}

/// `##[command]` of GitHub and Azure DevOps, `##vso[…]` of the latter, `##teamcity[…]`.
bool is_command_mark(std::string_view text) {
  return text.starts_with("##[") || text.starts_with("##vso[") || text.starts_with("##teamcity[");
}

/// `::name …::` of GitHub, which it also finds behind blanks.
std::size_t blanks_before_command(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos || !text.substr(begin).starts_with("::")) return std::string_view::npos;
  const std::string_view rest = text.substr(begin + 2);
  const bool named =
      !rest.empty() && ((rest[0] >= 'a' && rest[0] <= 'z') || (rest[0] >= 'A' && rest[0] <= 'Z'));
  return named && rest.find("::") != std::string_view::npos ? begin : std::string_view::npos;
}

std::string json_escape(char32_t code) {
  const auto number = static_cast<std::uint32_t>(code);
  if (number < 0x10000) return fmt::format("\\u{:04x}", number);
  const std::uint32_t above = number - 0x10000;
  return fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + (above >> 10), 0xDC00 + (above & 0x3FF));
}

}  // namespace

std::string visible(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  if (const std::size_t blanks = blanks_before_command(text); blanks != std::string_view::npos) {
    result.append(visible(text.substr(0, blanks))).append("\\x3a");
    text.remove_prefix(blanks + 1);
  }
  while (!text.empty()) {
    const auto* const end = std::find_if_not(text.begin(), text.end(), is_harmless);
    result.append(text.begin(), end);
    text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
    if (text.empty()) break;
    const text::Character next = text::first_character(text);
    if (!next.valid) {
      result += fmt::format("\\x{:02x}", static_cast<std::uint8_t>(text.front()));
    } else if (next.code == '\n') {
      result += "\\n";
    } else if (next.code == '\t') {
      result += "\\t";
    } else if (is_command_mark(text)) {
      result += "\\x23";
    } else if (!text::is_hidden(next.code)) {
      result += text.substr(0, next.length);
    } else {
      result += fmt::format(fmt::runtime(next.code < 0x80 ? "\\x{:02x}" : "\\u{:04x}"),
                            static_cast<std::uint32_t>(next.code));
    }
    text.remove_prefix(next.length);
  }
  return result;
}

std::string quote(std::string_view text) {
  std::string result = "\"";
  while (!text.empty()) {
    const text::Character next = text::first_character(text);
    if (!next.valid) {
      result += "\uFFFD";
    } else if (next.code == '"' || next.code == '\\') {
      result += '\\';
      result += static_cast<char>(next.code);
    } else if (next.code == '\n') {
      result += "\\n";
    } else if (next.code == '\t') {
      result += "\\t";
    } else if (next.code == '\r') {
      result += "\\r";
    } else if (text::is_hidden(next.code) || is_command_mark(text)) {
      result += json_escape(next.code);
    } else {
      result += text.substr(0, next.length);
    }
    text.remove_prefix(next.length);
  }
  return result + '"';
}

std::string visible_json(std::string json) {
  const auto suspicious = [&](std::size_t from) {
    const auto found = std::find_if_not(json.begin() + static_cast<std::ptrdiff_t>(from), json.end(),
                                        [](char c) { return c == '\n' || is_harmless(c); });
    return static_cast<std::size_t>(found - json.begin());
  };
  std::size_t at = suspicious(0);
  if (at == json.size()) return json;
  std::string result = json.substr(0, at);
  while (at < json.size()) {
    const std::string_view rest = std::string_view{json}.substr(at);
    const text::Character next = text::first_character(rest);
    if (!next.valid) {
      result += "\uFFFD";
    } else if (text::is_hidden(next.code) || is_command_mark(rest)) {
      result += json_escape(next.code);
    } else {
      result += rest.substr(0, next.length);
    }
    const std::size_t begin = at + next.length;
    at = suspicious(begin);
    result.append(json, begin, at - begin);
  }
  return result;
}

}  // namespace cr::specs
