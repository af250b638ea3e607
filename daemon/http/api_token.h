#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "daemon/config/secret.h"

namespace cr::daemon {

/// The token in the file, without white space around it. Nothing if no file is named, or it can't be read, is
/// empty or larger than 4 KiB. Reads a small file each time, so that a new token counts at once.
[[nodiscard]] std::optional<Secret> read_api_token(const std::string& path);

/// Why there would be no token, for the start; empty if there is one or none is wanted (no file named).
[[nodiscard]] std::string api_token_problem(const std::string& path);

/// Fewer characters than this can be guessed.
inline constexpr std::size_t kShortestToken = 16;

/// A token of this program's own server: like read_api_token, but one that is too short is none.
[[nodiscard]] std::optional<Secret> read_server_token(const std::string& path);
/// Like api_token_problem, with the reason of a token that is too short.
[[nodiscard]] std::string server_token_problem(const std::string& path);

/// Whether everybody on this machine may read or write the file; false if it does not exist or none is named.
[[nodiscard]] bool others_may_read(const std::string& path);

}  // namespace cr::daemon
