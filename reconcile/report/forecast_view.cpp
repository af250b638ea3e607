#include "reconcile/report/forecast_view.h"

#include <fmt/format.h>

#include "reconcile/forecast/remarks.h"
#include "specs/duration.h"

namespace cr::reconcile {
namespace {

using std::chrono::sys_seconds;

/// Of a workspace that is dormant, or whose owner is suspended, nothing else is to be mended before.
CauseSet standing_orders(CauseSet causes) {
  CauseSet orders;
  for (const Cause order : {Cause::Dormant, Cause::OwnerSuspended}) {
    if (causes.has(order)) orders.add(order);
  }
  return orders.empty() ? causes : orders;
}

void count(FleetForecast::Counts& counts, Instant at, sys_seconds from) {
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (is_ahead(at, from) && *at <= from + FleetForecast::kSpans[i]) ++counts[i];
  }
}

}  // namespace

sys_seconds FleetForecast::slot_begins(std::size_t slot) const {
  return std::chrono::floor<std::chrono::duration<std::int64_t, std::ratio<300>>>(from) + kSlot * slot;
}

bool is_ahead(Instant at, sys_seconds from) {
  return at && *at + kMayBeLate >= from;
}

std::string_view words_of(StopBy by) {
  switch (by) {
    case StopBy::ttl:
      return "its ttl";
    case StopBy::activity:
      return "its last activity";
    case StopBy::keep_awake:
      return "the end of keepAwake";
    case StopBy::template_limit:
      return "the template's limit";
    case StopBy::deadline:
      return "its deadline";
    case StopBy::failure:
      return "the template, since it failed to start";
    case StopBy::suspension:
      return "Coder, since its owner is suspended";
    case StopBy::nobody:
      break;
  }
  return "nobody";
}

bool start_fails(const WorkspaceStatus& row) {
  return row.forecast.start.fails() && !is_kept_dormant(*row.spec);
}

FleetForecast fleet_forecast(const Rows& rows, sys_seconds from) {
  FleetForecast fleet;
  fleet.from = from;
  const sys_seconds first_slot = fleet.slot_begins(0);
  for (const WorkspaceStatus& row : rows) {
    const auto& [start, stop, deletion] = row.forecast;
    count(fleet.starts, start.next(), from);
    count(fleet.stops, stop.at, from);
    count(fleet.deletions, deletion, from);
    if (start.missed) ++fleet.missed;
    for (const specs::ExceptionInTime& one : specs::exceptions_of(*row.spec, from))
      ++fleet.exceptions[static_cast<std::size_t>(one.kind)][static_cast<std::size_t>(one.state)];
    if (const Instant next = start.next(); next && *next >= first_slot) {
      const auto slot = static_cast<std::size_t>((*next - first_slot) / FleetForecast::kSlot);
      if (slot < fleet.slots.size()) ++fleet.slots[slot];
    }
    if (start.blocked.empty() || !is_ahead(start.at, from) ||
        !starts_within(start, from, std::chrono::hours(24)))
      continue;
    const CauseSet counted = standing_orders(start.blocked);
    for (const CauseText& cause : all_causes()) {
      if (counted.has(cause.cause)) ++fleet.blocked[static_cast<std::size_t>(cause.cause)];
    }
    if (start_fails(row)) ++fleet.failing;
  }
  return fleet;
}

std::string provisioners_text(const std::optional<ProvisionerSight>& sight, async::WallTime now) {
  if (!sight) return "provisioners not seen yet";
  const auto age = std::chrono::floor<std::chrono::minutes>(now - sight->at);
  const std::string ago = age.count() < 1 ? "just now" : specs::format_duration(age) + " ago";
  return fmt::format("{} provisioner{} seen {}, one build{} at a time", sight->count,
                     sight->count == 1 ? "" : "s", ago, sight->count == 1 ? "" : " each");
}

}  // namespace cr::reconcile
