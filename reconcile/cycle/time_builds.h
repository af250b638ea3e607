#pragma once

#include "reconcile/cycle/state.h"

namespace cr::reconcile {

/// Tells of the builds of ours that have ended, and asks what took how long in them: once for each, and a
/// second time where agents were not ready, a few a cycle. For information only, so it comes when all else is
/// done, and what cannot be asked is not known.
[[nodiscard]] async::awaitable<void> time_builds(CycleState& state);

}  // namespace cr::reconcile
