#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ratio>
#include <vector>

#include "reconcile/async/clock.h"
#include "reconcile/report/report.h"

namespace cr::daemon {

/// The worst that a stretch of time has seen, so that what was short shows.
struct SyncPoint {
  async::WallTime begun{};          ///< of the stretch
  bool read = false;                ///< some cycle in it could read Coder; else it is a gap
  std::uint32_t all = 0;            ///< workspaces that are declared, at most
  std::uint32_t in_sync_least = 0;  ///< in sync, at the least
  std::uint32_t drift_most = 0;     ///< known not to be as declared, at most; suspended ones do not count
  bool operator==(const SyncPoint&) const = default;
};

/// How the fleet stood in the last 24 hours: one point for each five minutes in which a cycle ended, in
/// memory alone, at most kMost of them. Time is that of the reports; where it goes back, the last point takes
/// what comes.
class SyncTrend {
 public:
  using Stretch = std::chrono::duration<std::int64_t, std::ratio<300>>;
  static constexpr Stretch kStretch{1};
  static constexpr std::chrono::hours kSpan{24};
  static constexpr std::size_t kMost = kSpan / kStretch;

  void add(const reconcile::CycleReport& report);
  /// The oldest first.
  [[nodiscard]] const std::vector<SyncPoint>& points() const { return points_; }

 private:
  std::vector<SyncPoint> points_;
};

}  // namespace cr::daemon
