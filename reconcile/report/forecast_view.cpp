#include "reconcile/report/forecast_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "reconcile/coder/fault.h"
#include "reconcile/forecast/remarks.h"
#include "specs/desired_state.h"

namespace cr::reconcile {
namespace {

using std::chrono::sys_seconds;

struct Entry {
  sys_seconds at;
  const WorkspaceStatus* row;
  std::string what;  ///< beside its name
};

std::string name_of(const WorkspaceStatus& row) {
  return visible(specs::identity_of(*row.spec).to_string());
}

/// Who decides on a stop, in words.
std::string_view words_of(StopBy by) {
  switch (by) {
    case StopBy::ttl:
      return "its ttl";
    case StopBy::activity:
      return "its last activity";
    case StopBy::template_limit:
      return "the template's limit";
    case StopBy::deadline:
      return "its deadline";
    case StopBy::nobody:
      break;
  }
  return "nobody";
}

/// Of a workspace that is dormant, or whose owner is suspended, nothing else is to be mended before.
CauseSet standing_orders(CauseSet causes) {
  CauseSet orders;
  for (const Cause order : {Cause::Dormant, Cause::OwnerSuspended}) {
    if (causes.has(order)) orders.add(order);
  }
  return orders.empty() ? causes : orders;
}

/// Not of the past: what could not be read for long has its last forecast. Coder itself may be a little late.
bool is_ahead(Instant at, sys_seconds from) {
  return at && *at + std::chrono::minutes(10) >= from;
}

void count(FleetForecast::Counts& counts, Instant at, sys_seconds from) {
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (is_ahead(at, from) && *at <= from + FleetForecast::kSpans[i]) ++counts[i];
  }
}

void add_section(std::string& text, std::string_view title, std::vector<Entry> entries) {
  if (entries.empty()) return;
  std::ranges::stable_sort(entries, {}, &Entry::at);
  std::size_t width = 0;
  for (const Entry& entry : entries) width = std::max(width, name_of(*entry.row).size());
  text += fmt::format("{}\n", title);
  for (const Entry& entry : entries) {
    std::string line = fmt::format("  {}   {:<{}}   {}", moment_text(entry.at), name_of(*entry.row), width,
                                   visible(entry.what));
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  text += '\n';
}

std::string plural(std::size_t count, std::string_view one) {
  return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

sys_seconds end_of(const CycleReport& report) {
  return std::chrono::floor<std::chrono::seconds>(report.ended);
}

}  // namespace

sys_seconds FleetForecast::slot_begins(std::size_t slot) const {
  return std::chrono::floor<std::chrono::duration<std::int64_t, std::ratio<300>>>(from) + kSlot * slot;
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

std::string render_forecast_text(const CycleReport& report, std::chrono::seconds within, TextStyle style) {
  const sys_seconds from = end_of(report);
  const auto is_near = [&](Instant at) { return is_ahead(at, from) && *at <= from + within; };
  std::vector<Entry> starts, blocked, stops, deletions, missed;
  for (const WorkspaceStatus& row : report.workspaces) {
    const auto& [start, stop, deletion] = row.forecast;
    if (const Instant next = start.next(); is_near(next)) starts.push_back({*next, &row, ""});
    if (is_near(start.at) && start_fails(row)) blocked.push_back({*start.at, &row, why_not(start)});
    if (start.missed) missed.push_back({*start.missed, &row, ""});
    if (is_near(stop.at)) stops.push_back({*stop.at, &row, fmt::format("by {}", words_of(stop.by))});
    if (is_near(deletion)) deletions.push_back({*deletion, &row, "unless it is woken before"});
  }
  const std::string summary =
      fmt::format("Forecast: {}, {} will not come, {}, {}.", plural(starts.size(), "start"), blocked.size(),
                  plural(stops.size(), "stop"), plural(deletions.size(), "deletion"));
  std::string text;
  if (report.failure) {
    const std::string_view remedy = coder::remedy_of(*report.failure);
    text += fmt::format("Failed: {}{}{}\n\n", visible(report.failure->to_string()),
                        remedy.empty() ? "" : "; ", remedy);
  }
  add_section(text, "Starts", std::move(starts));
  add_section(text, "Will not start", std::move(blocked));
  add_section(text, "Should have started and did not", std::move(missed));
  add_section(text, "Stops", std::move(stops));
  add_section(text, "Deletions", std::move(deletions));
  text += style.colour ? fmt::format("\x1b[1m{}\x1b[0m\n", summary) : summary + '\n';
  const FleetForecast fleet = fleet_forecast(report.workspaces, from);
  const auto most = std::ranges::max_element(fleet.slots);
  if (*most > 1) {
    const auto slot = static_cast<std::size_t>(most - fleet.slots.begin());
    text += fmt::format("Most starts within five minutes: {}, from {} on.\n", *most,
                        moment_text(fleet.slot_begins(slot)));
  }
  return text;
}

}  // namespace cr::reconcile
