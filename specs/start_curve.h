#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "specs/desired_state.h"
#include "specs/schedule.h"

namespace cr::specs {

/// How many workspaces start in each five minutes, as their specs alone have it.
struct StartCurve {
  static constexpr std::chrono::minutes kSlot{5};
  std::chrono::sys_seconds begins{};  ///< the first slot: the last full five minutes of UTC
  std::vector<std::uint32_t> slots;   ///< one that starts several times in a slot counts once

  [[nodiscard]] std::chrono::sys_seconds slot_begins(std::size_t slot) const {
    return begins + kSlot * static_cast<std::int64_t>(slot);
  }
};

/// The schedule that starts a workspace; null where none does: it declares none, or that it is dormant.
[[nodiscard]] const Schedule* schedule_of(const WorkspaceSpec& spec);

/// From `now` on. What is suspended counts from when it no longer is. Pure.
[[nodiscard]] StartCurve start_curve(const DesiredState& desired, std::chrono::sys_seconds now,
                                     std::chrono::hours span);

/// Whether the workspace is among those that the curve counts in the slot that begins then.
[[nodiscard]] bool starts_in_slot(const WorkspaceSpec& spec, std::chrono::sys_seconds now,
                                  std::chrono::sys_seconds slot_begins);

}  // namespace cr::specs
