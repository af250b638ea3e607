#include "reconcile/report/forecast_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "reconcile/forecast/due.h"
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

FleetForecast::Counts count(const std::vector<Instant>& moments, sys_seconds from) {
  FleetForecast::Counts counts{};
  const Instant first(from - kMayBeLate);
  const std::array lasts{Instant(from + FleetForecast::kSpans[0]), Instant(from + FleetForecast::kSpans[1]),
                         Instant(from + FleetForecast::kSpans[2])};
  static_assert(lasts.size() == counts.size());
  for (const Instant at : moments) {
    if (at < first) continue;
    for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += static_cast<std::size_t>(at <= lasts[i]);
  }
  return counts;
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

FleetFuture::FleetFuture(Rows rows) : rows_(std::move(rows)) {
  const auto keep = [](std::vector<Instant>& moments, Instant at) {
    if (at) moments.push_back(at);
  };
  for (const WorkspaceStatus& row : rows_) {
    const auto& [start, stop, deletion] = row.forecast;
    keep(starts_, start.next());
    keep(stops_, stop.at);
    keep(deletions_, deletion);
    if (start.missed) ++missed_;
    if (!start.blocked.empty()) blocked_.push_back(&row);
    if (has_exceptions(*row.spec) || row.spec->body->suspension) with_exceptions_.push_back(&row);
  }
}

FleetForecast FleetFuture::from(sys_seconds moment) const {
  FleetForecast fleet;
  fleet.from = moment;
  fleet.starts = count(starts_, moment);
  fleet.stops = count(stops_, moment);
  fleet.deletions = count(deletions_, moment);
  fleet.missed = missed_;
  for (const WorkspaceStatus* row : with_exceptions_) {
    for (const specs::ExceptionInTime& one : specs::exceptions_of(*row->spec, moment))
      ++fleet.exceptions[static_cast<std::size_t>(one.kind)][static_cast<std::size_t>(one.state)];
  }
  const sys_seconds first_slot = fleet.slot_begins(0);
  for (const Instant next : starts_) {
    if (*next < first_slot) continue;
    const auto slot = static_cast<std::size_t>((*next - first_slot) / FleetForecast::kSlot);
    if (slot < fleet.slots.size()) ++fleet.slots[slot];
  }
  for (const WorkspaceStatus* row : blocked_) {
    const StartForecast& start = row->forecast.start;
    if (!is_ahead(start.at, moment) || !starts_within(start, moment, std::chrono::hours(24))) continue;
    const CauseSet counted = standing_orders(start.blocked);
    for (const CauseText& cause : all_causes()) {
      if (counted.has(cause.cause)) ++fleet.blocked[static_cast<std::size_t>(cause.cause)];
    }
    if (start_fails(*row)) ++fleet.failing;
  }
  return fleet;
}

FleetForecast fleet_forecast(const Rows& rows, sys_seconds from) {
  return FleetFuture(rows).from(from);
}

std::string provisioners_text(const std::optional<ProvisionerSight>& sight, async::WallTime now) {
  if (!sight) return "provisioners not seen yet";
  const auto age = std::chrono::floor<std::chrono::minutes>(now - sight->at);
  const std::string ago = age.count() < 1 ? "just now" : specs::format_duration(age) + " ago";
  return fmt::format("{} provisioner{} seen {}, one build{} at a time", sight->count,
                     sight->count == 1 ? "" : "s", ago, sight->count == 1 ? "" : " each");
}

}  // namespace cr::reconcile
