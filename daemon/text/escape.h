#pragma once

#include <string>
#include <string_view>

/// Text from outside (names, Coder's messages, file names) made safe for where it is put. Pure.
namespace cr::daemon {

/// In double quotes, as JSON writes a string; valid JSON whatever the bytes. Control characters, DEL, the C1
/// set, line separators and the characters that turn the direction of writing are escaped, broken UTF-8
/// becomes U+FFFD.
[[nodiscard]] std::string quote(std::string_view text);

}  // namespace cr::daemon
