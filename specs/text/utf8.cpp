#include "specs/text/utf8.h"

namespace cr::text {

Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1, true};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
  if (length == 0 || first > 0xF4 || text.size() < length) return {};
  char32_t code = first & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if (!continues_character(text[i])) return {};
    code = code << 6 | (byte(i) & 0x3FU);
  }
  static constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kLeast[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {};
  return {code, length, true};
}

bool is_hidden(char32_t code) {
  const bool bidirectional = code == 0x061C || code == 0x200E || code == 0x200F ||
                             (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x206F);
  const bool no_width = code == 0x00AD || code == 0x200B || (code >= 0x2060 && code <= 0x2064) ||
                        code == 0xFEFF || (code >= 0xFFF9 && code <= 0xFFFB) ||
                        (code >= 0xE0000 && code <= 0xE0FFF);
  // Unicode keeps these for a program's own use; XML has no way to write some of them.
  const bool no_character = (code & 0xFFFE) == 0xFFFE || (code >= 0xFDD0 && code <= 0xFDEF);
  return is_control(code) || bidirectional || is_separator(code) || no_width || no_character;
}

}  // namespace cr::text
