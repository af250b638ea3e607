#pragma once

#include <string>
#include <string_view>

namespace cr::daemon {

/// A script that makes `bash`, `zsh` or `fish` complete commands, flags and their values. Made from the
/// option table.
[[nodiscard]] std::string completion_script(std::string_view shell);

}  // namespace cr::daemon
