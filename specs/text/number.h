#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace cr::text {

/// The number that `text` is from its first character to its last, in decimal; nothing if it is none, has a
/// "+" or a blank, or does not fit into `Number`. An unsigned one has no "-".
template <class Number>
[[nodiscard]] std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace cr::text
