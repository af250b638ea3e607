#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "specs/schedule.h"

namespace cr::specs {

/// A change of the clocks that takes starts away, or lets them come twice.
struct ClockChange {
  enum class Effect : std::uint8_t { skips, repeats };
  Effect effect = Effect::skips;
  std::chrono::sys_days date;    ///< on the zone's own calendar
  std::chrono::minutes begin{};  ///< time of day from which clocks skip or repeat …
  std::chrono::minutes end{};    ///< … up to this one; of the next day where it is beyond 24 h
  std::chrono::minutes start{};  ///< time of day of the first start in between
  std::size_t starts = 0;        ///< how many there are
  bool operator==(const ClockChange&) const = default;
};

/// The changes of the next year that matter to a schedule, in the order of time. One that starts in the hour
/// beside as well keeps its rhythm whatever the clocks do, and has none. Pure.
[[nodiscard]] std::vector<ClockChange> clock_changes(const Schedule& schedule, std::chrono::sys_seconds now);

}  // namespace cr::specs
