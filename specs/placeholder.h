#pragma once

#include <string>
#include <string_view>

#include "specs/value_error.h"

namespace cr::specs {

/// `{owner}` in a set's template stands for the username. Behind a `$` or another brace it is a shell's or a
/// template's, and stays as it is: `${owner}`, `{{owner}}`.
inline constexpr std::string_view kOwnerPlaceholder = "{owner}";

/// Whether the text is another one for each owner.
[[nodiscard]] bool names_owner(std::string_view text);

/// The text of one owner.
[[nodiscard]] std::string replace_owner(std::string_view text, std::string_view username);

/// A text with a username of one letter: what holds for it holds for the shortest that the text can become.
[[nodiscard]] std::string with_shortest_owner(std::string_view text);

/// What is wrong with the placeholders of a text in which kOwnerPlaceholder is replaced: `{user}`.
[[nodiscard]] ValueResult<void> check_placeholders(std::string_view text);

}  // namespace cr::specs
