#pragma once

#include <string>
#include <vector>

#include "daemon/log/logger.h"
#include "daemon/loop/triggers.h"
#include "reconcile/async/clock.h"
#include "reconcile/async/worker.h"

namespace cr::daemon {

/// Fires `triggers` when the specs at `paths` may have changed, until it is cancelled.
///
/// The kernel tells (inotify) about every directory of watched_directories; where it can't (no watches left,
/// a network file system) the paths are looked at every ten seconds all the same. Several changes in short
/// order, as a checkout makes them, are one trigger after they have been quiet for a moment, or after two
/// seconds at the latest. It may fire for what turns out to be no change, never the other way round.
/// The
/// tree is walked on the thread of `disk`. References outlive the call.
[[nodiscard]] async::awaitable<void> watch_specs(const std::vector<std::string>& paths, Triggers& triggers,
                                                 async::Clock& clock, async::Worker& disk, Logger& log);

}  // namespace cr::daemon
