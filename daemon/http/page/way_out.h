#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/config.h"

namespace cr::daemon {

/// How a person lets a held plan go, as commands to copy. Complete but for Coder's URL and token, which
/// commands take from the environment; never a secret.
struct WayOut {
  std::vector<std::string> selection;  ///< arguments after the command's name: what this run looks at
  std::string api_token_file;          ///< empty: the daemon takes no approvals
  std::string base_url;                ///< of this daemon, on its own machine
  std::vector<std::string> paths{};    ///< of the specs; `selection` has them too

  /// "coder-reconciler apply --approve DIGEST specs": in a second process.
  [[nodiscard]] std::string apply_command(std::string_view digest) const;
  /// "coder-reconciler explain alice/api-dev specs": what Coder has besides.
  [[nodiscard]] std::string explain_command(std::string_view workspace) const;
  /// The request to this daemon, to be sent from its machine; nothing if it takes none.
  [[nodiscard]] std::optional<std::string> approve_request(std::string_view digest) const;
};

/// `address`: where the server listens ("127.0.0.1:9466", "[::]:9466").
[[nodiscard]] WayOut way_out_of(const Config& config, std::string_view address);

/// A word as a POSIX shell takes it, in quotes where it needs them.
[[nodiscard]] std::string shell_word(std::string_view word);

}  // namespace cr::daemon
