#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Text that a peer wrote, on its way into a message.
namespace cr::text {

/// The longest beginning that has at most `limit` bytes and ends between two characters of UTF-8.
[[nodiscard]] std::string_view cut(std::string_view text, std::size_t limit);

/// Fit for a message of one line: cut to `limit` bytes, with "…" behind it if it was longer. Control
/// characters become blanks, C1's too; what is not UTF-8, or would change how the rest of the line is seen,
/// becomes "?".
[[nodiscard]] std::string shortened(std::string_view text, std::size_t limit);

/// What an answer that is not Coder's says to people: the title of an HTML page, else the first line that has
/// something in it. Made fit for a message; empty if there is none.
[[nodiscard]] std::string telling_line(std::string_view body, std::size_t limit);

}  // namespace cr::text
