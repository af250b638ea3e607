#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Text that is not ours (file names, lines of specs, arguments, Coder's answers) on its way to where
/// somebody or something reads it: a terminal, the log of a pipeline, JSON. The one place that decides which
/// characters are shown as what they are. Pure.
namespace cr::specs {

/// For one line of text: hidden characters and broken UTF-8 as `\n`, `\t`, `\x1b`, `\u202e`. What a pipeline
/// takes for a command (`::error …::` at the beginning, `##[error]`, `##vso[`, `##teamcity[` anywhere) has
/// one character of its mark escaped too. Applying it twice is applying it once.
[[nodiscard]] std::string visible(std::string_view text);

/// In double quotes, as JSON writes a string; valid JSON whatever the bytes. Hidden characters and the marks
/// of commands are escaped, broken UTF-8 becomes U+FFFD.
[[nodiscard]] std::string quote(std::string_view text);

/// Escapes in whole JSON, where it can only stand within strings, what quote() escapes in one.
[[nodiscard]] std::string visible_json(std::string json);

}  // namespace cr::specs
