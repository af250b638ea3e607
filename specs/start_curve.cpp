#include "specs/start_curve.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace cr::specs {
namespace {

using std::chrono::sys_seconds;
using Slot = std::chrono::duration<std::int64_t, std::ratio<300>>;

/// From when on a workspace's starts count; nothing while its suspension has no end.
std::optional<sys_seconds> counts_from(const WorkspaceSpec& spec, sys_seconds now) {
  if (!spec.body->suspension || !in_force(*spec.body->suspension, now)) return now;
  if (!spec.body->suspension->until) return std::nullopt;
  return sys_seconds{*spec.body->suspension->until} - std::chrono::seconds{1};
}

/// Starts behind `from` and up to `end`, which the curve reaches.
void add(StartCurve& curve, const Schedule& schedule, sys_seconds from, sys_seconds end,
         std::uint32_t workspaces) {
  for (auto next = schedule.next_after(from); next && *next <= end;) {
    const auto slot = static_cast<std::size_t>((*next - curve.begins) / StartCurve::kSlot);
    curve.slots[slot] += workspaces;
    next = schedule.next_after(curve.slot_begins(slot + 1) - std::chrono::seconds{1});
  }
}

}  // namespace

const Schedule* schedule_of(const WorkspaceSpec& spec) {
  const bool* dormant = spec.fields.get<bool>("dormant");
  return dormant && *dormant ? nullptr : spec.fields.get<Schedule>("autostart");
}

StartCurve start_curve(const DesiredState& desired, sys_seconds now, std::chrono::hours span) {
  StartCurve curve;
  curve.begins = std::chrono::floor<Slot>(now);
  const sys_seconds end = now + span;
  curve.slots.resize(static_cast<std::size_t>(span / StartCurve::kSlot) + 1);
  struct Many {
    const Schedule* schedule;
    std::uint32_t workspaces;
  };
  // A fleet has few schedules.
  std::unordered_map<std::string_view, Many> from_now;
  for (const SpecPtr& spec : desired.specs) {
    const Schedule* schedule = schedule_of(*spec);
    const auto from = counts_from(*spec, now);
    if (!schedule || !from) continue;
    if (*from == now)
      ++from_now.try_emplace(schedule->text(), Many{schedule, 0}).first->second.workspaces;
    else
      add(curve, *schedule, *from, end, 1);
  }
  for (const auto& [text, many] : from_now) add(curve, *many.schedule, now, end, many.workspaces);
  return curve;
}

bool starts_in_slot(const WorkspaceSpec& spec, sys_seconds now, sys_seconds slot_begins) {
  const Schedule* schedule = schedule_of(spec);
  const auto from = counts_from(spec, now);
  if (!schedule || !from) return false;
  const auto next = schedule->next_after(std::max(*from, slot_begins - std::chrono::seconds{1}));
  return next && *next < slot_begins + StartCurve::kSlot;
}

}  // namespace cr::specs
