#pragma once

#include <cstddef>
#include <string_view>

/// UTF-8, and which of its characters a reader sees. Pure.
namespace cr::text {

/// The first character of a text.
struct Character {
  char32_t code = 0xFFFD;
  std::size_t length = 1;  ///< bytes; 1 for a byte that begins no well-formed UTF-8
  bool valid = false;
};
/// `text` must not be empty.
[[nodiscard]] Character first_character(std::string_view text);

/// A byte that goes on with a character and begins none.
[[nodiscard]] constexpr bool continues_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// C0, DEL and C1.
[[nodiscard]] constexpr bool is_control(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

/// Ends a line and is no control.
[[nodiscard]] constexpr bool is_separator(char32_t code) {
  return code == 0x2028 || code == 0x2029;
}

/// Characters that a reader cannot see or that change how the rest is seen: controls, separators of lines,
/// marks and overrides of the direction of writing, what has no width, tags.
[[nodiscard]] bool is_hidden(char32_t code);

}  // namespace cr::text
