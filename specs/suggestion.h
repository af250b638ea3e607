#pragma once

#include <span>
#include <string>
#include <string_view>

namespace cr::specs {

/// The candidate that `word` is most likely a slip of: equal but for case, or few edits away (insert, delete,
/// replace, swap of neighbours; at most a third of the word). Empty if there is none. The first wins a tie.
[[nodiscard]] std::string_view closest(std::string_view word, std::span<const std::string_view> candidates);

/// `did you mean "x"?`, or empty if nothing is near.
[[nodiscard]] std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace cr::specs
