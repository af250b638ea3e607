#pragma once

#include <string>
#include <string_view>

#include "specs/value_error.h"

namespace cr::specs {

/// A text with a username of one letter for each kOwnerPlaceholder: what holds for it holds for the shortest
/// that the text can become.
[[nodiscard]] std::string with_shortest_owner(std::string_view text);

/// What is wrong with the placeholders of a text in which kOwnerPlaceholder is replaced: `{user}`. Words in
/// braces behind a `$` or another brace are a shell's or a template's, and no placeholders of ours.
[[nodiscard]] ValueResult<void> check_placeholders(std::string_view text);

}  // namespace cr::specs
