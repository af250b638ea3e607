#pragma once

#include <cstddef>
#include <deque>
#include <string>

#include "reconcile/async/clock.h"
#include "reconcile/report/report.h"

namespace cr::daemon {

/// One cycle in short; or several in a row that came to the same and changed nothing.
struct CycleRecord {
  reconcile::CycleResult result = reconcile::CycleResult::failed;
  async::WallTime started{}, ended{};  ///< of the last one
  async::WallTime first_started{};     ///< of the first one
  std::size_t cycles = 1;
  std::chrono::nanoseconds duration{0};                ///< of the last one
  std::size_t succeeded = 0, failed = 0, skipped = 0;  ///< actions
  std::size_t held = 0;                                ///< workspaces whose changes the guard holds
  std::string failure;                                 ///< why it failed; empty if it did not
  bool operator==(const CycleRecord&) const = default;
};
[[nodiscard]] CycleRecord record_of(const reconcile::CycleReport& report);

/// The last cycles, the newest first. Uneventful ones in a row are one record, so that a quiet night does not
/// push out the cycle before it that did something.
class CycleHistory {
 public:
  static constexpr std::size_t kMost = 20;
  void add(const reconcile::CycleReport& report);
  [[nodiscard]] const std::deque<CycleRecord>& records() const { return records_; }

 private:
  std::deque<CycleRecord> records_;
};

}  // namespace cr::daemon
