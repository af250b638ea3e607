#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cr::specs {

/// `"text"` for a message: one line, hidden characters and broken UTF-8 shown as visible() shows them, long
/// text cut.
[[nodiscard]] std::string in_quotes(std::string_view text);

/// The text behind the mark that some editors put before it.
[[nodiscard]] std::string_view without_byte_order_mark(std::string_view text);

/// What makes a text unfit to be looked at as YAML at all.
struct TextProblem {
  std::size_t offset = 0;  ///< of the offending byte
  std::string message;
  std::string remedy;
};
/// Looks for NUL bytes, bytes that are no UTF-8, control characters that YAML does not allow, and line ends
/// of a single CR: half of what reads YAML takes such a file for one line.
[[nodiscard]] std::optional<TextProblem> find_text_problem(std::string_view text);

/// Lines of a text, for diagnostics: from byte offsets to what a person counts. The text must outlive it.
/// Built on first use, since most files have no error.
class LineIndex {
 public:
  explicit LineIndex(std::string_view text) : text_(text) {}

  /// Line number from 1.
  [[nodiscard]] std::uint32_t line_of(std::size_t offset) const;
  /// Without its line break; empty beyond the end.
  [[nodiscard]] std::string_view line(std::uint32_t number) const;
  /// Column from 1, in characters, of a byte (counted from 0) of a line.
  [[nodiscard]] std::uint32_t column_of(std::uint32_t number, std::size_t byte) const;
  [[nodiscard]] std::size_t start_of(std::uint32_t number) const;

 private:
  void build() const;

  std::string_view text_;
  mutable std::vector<std::uint32_t> starts_;
};

/// A source line as a diagnostic shows it: tabs as arrows, no hidden characters, one character a column, at
/// most kExcerptWidth of them. Where the column would be cut off, the excerpt begins with "…" and the column
/// stands at kExcerptLead.
[[nodiscard]] std::string make_excerpt(std::string_view line, std::uint32_t column);
inline constexpr std::size_t kExcerptWidth = 120;
inline constexpr std::size_t kExcerptLead = 40;
/// Number of blanks before the caret below such an excerpt.
[[nodiscard]] std::size_t caret_indent(std::uint32_t column);

}  // namespace cr::specs
