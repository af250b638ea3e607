#pragma once

#include <optional>
#include <string>

#include "daemon/config/secret.h"

namespace cr::daemon {

/// The token in the file, without white space around it. Nothing if no file is named, or it can't be read, is
/// empty or larger than 4 KiB. Reads a small file each time, so that a new token counts at once.
[[nodiscard]] std::optional<Secret> read_api_token(const std::string& path);

/// Why there would be no token, for the start; empty if there is one or none is wanted (no file named).
[[nodiscard]] std::string api_token_problem(const std::string& path);

}  // namespace cr::daemon
