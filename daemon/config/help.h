#pragma once

#include <string>

#include "daemon/config/command.h"

namespace cr::daemon {

/// What `coder-reconciler --help` prints.
[[nodiscard]] std::string help_text();
/// What `coder-reconciler COMMAND --help` prints: usage, explanation, and each flag with variable and
/// default.
[[nodiscard]] std::string help_text(Command command);

}  // namespace cr::daemon
