#include "daemon/text/escape.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>

namespace cr::daemon {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

struct Decoded {
  char32_t code = kReplacement;
  std::size_t length = 1;
  bool valid = false;
};

/// The code point at the start of a text that is not empty. What is no UTF-8 takes one byte.
Decoded decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1, true};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
  if (length == 0 || first > 0xF4 || text.size() < length) return {};
  char32_t code = first & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3FU);
  }
  static constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kLeast[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {};
  return {code, length, true};
}

bool is_control(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

/// Separators that some readers take for a new line, and marks that make a terminal show text in another
/// order than it is written.
bool is_deceptive(char32_t code) {
  return code == 0x2028 || code == 0x2029 || code == 0x061C || code == 0x200E || code == 0x200F ||
         (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) || code == 0xFEFF;
}

}  // namespace

std::string quote(std::string_view text) {
  std::string result = "\"";
  while (!text.empty()) {
    const Decoded next = decode(text);
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
    } else if (is_control(next.code) || is_deceptive(next.code)) {
      result += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(next.code));
    } else {
      result += text.substr(0, next.length);
    }
    text.remove_prefix(next.length);
  }
  return result + '"';
}

}  // namespace cr::daemon
