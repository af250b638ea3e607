#pragma once

#include "reconcile/cycle/state.h"

namespace cr::reconcile {

/// Where the process does not stay (Limits::look_back), and in the first cycle of one that follows the log:
/// asks the audit log of the workspaces that have drifted, of each once and of a hundred at most, who set
/// what has drifted, and how often it was set back within a day: three times is contested. What cannot be
/// asked is not known.
[[nodiscard]] async::awaitable<void> look_back(CycleState& state);

}  // namespace cr::reconcile
