#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/loop/commit.h"
#include "daemon/loop/health.h"
#include "daemon/loop/history.h"
#include "daemon/loop/sync_trend.h"
#include "reconcile/memory/builds_seen.h"
#include "reconcile/report/report.h"
#include "specs/checkout.h"
#include "specs/desired_state.h"

namespace cr::daemon {

/// Where the paths that specs are read from lie.
using CheckoutsPtr = std::shared_ptr<const std::vector<specs::CheckedOut>>;

using CommitPtr = std::shared_ptr<const CommitNote>;

/// What the daemon knows now, for whoever shows it. The loop's own; others see it by SharedBoard. What the
/// pointers lead to never changes.
struct Board {
  reconcile::ReportPtr report;  ///< of the last cycle; null before the first has ended
  std::shared_ptr<const reconcile::BuildsSeen> builds;  ///< as that cycle saw them; null: not known
  std::shared_ptr<const specs::DesiredState>
      desired;                       ///< what is selected of the last good read; null before it
  CheckoutsPtr checkouts;            ///< where it was read from; null: not known
  CommitPtr commit;                  ///< its revision, as people know it; null: not known
  std::string stale;                 ///< why the specs are not the newest; empty if they are
  async::WallTime specs_read{};      ///< when `desired` was read
  async::WallTime revision_since{};  ///< when its revision was first seen by this process
  CycleHistory history;
  SyncTrend trend;
  /// When the next cycle begins unless something triggers it earlier; nothing while one runs.
  std::optional<async::SteadyTime> next_cycle;
  LastCycles cycles;
};

}  // namespace cr::daemon
