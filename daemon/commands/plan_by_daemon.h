#pragma once

#include "daemon/commands/terminal.h"
#include "daemon/config/config.h"
#include "daemon/exit_code.h"

namespace cr::daemon {

/// `plan --daemon`: sends what the paths hold to a daemon, which plans it with what it knows, and shows what
/// that answers as `plan` would. Bounded by --timeout. What the daemon refuses is said, with the remedy.
[[nodiscard]] ExitCode plan_by_daemon(const Config& config, Terminal& terminal);

}  // namespace cr::daemon
