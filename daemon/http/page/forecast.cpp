#include <fmt/format.h>

#include <algorithm>

#include "daemon/http/page/sections.h"
#include "daemon/http/page/times.h"
#include "reconcile/forecast/remarks.h"
#include "reconcile/report/forecast_view.h"

namespace cr::daemon {
namespace {

using reconcile::FleetForecast;
using reconcile::Instant;
using reconcile::ProvisionerSight;
using reconcile::Remark;

constexpr std::size_t kDay = 1;  ///< of FleetForecast::kSpans
constexpr std::size_t kWeek = 2;

// Of the drawing, in its own units.
constexpr std::size_t kBarWidth = 3;
constexpr std::size_t kHeight = 60;

std::string clock_of(std::chrono::sys_seconds at) {
  return fmt::format("{:02}:{:02}", (at.time_since_epoch() / std::chrono::hours(1)) % 24,
                     (at.time_since_epoch() / std::chrono::minutes(1)) % 60);
}

/// " between 08:45 and 09:15": the slots in which something starts.
std::string span_of(const FleetForecast& fleet) {
  const auto any = [](std::uint32_t starts) { return starts > 0; };
  const auto first = std::ranges::find_if(fleet.slots, any);
  if (first == fleet.slots.end()) return {};
  const auto last = std::find_if(fleet.slots.rbegin(), fleet.slots.rend(), any).base();
  const auto place = [&](auto at) { return static_cast<std::size_t>(at - fleet.slots.begin()); };
  return fmt::format(" between {} and {}", clock_of(fleet.slot_begins(place(first))),
                     clock_of(fleet.slot_begins(place(last) - 1)));
}

void write_part(HtmlWriter& out, const PageQuery& query, std::size_t number, std::string_view text,
                Remark remark) {
  if (number == 0) return;
  out.text(", ");
  PageQuery of_part = query;
  of_part.given.clear();
  of_part.given.emplace("remark", to_string(remark));
  out.leaf("a", {{"class", "warn"}, Attribute::href(of_part.on_page(1))}, text);
}

void write_sentence(HtmlWriter& out, const PageQuery& query, const FleetForecast& fleet) {
  const auto line = out.element("p", {{"class", "coming"}});
  const std::size_t starts = fleet.starts[kDay];
  out.text(fmt::format("In the next 24 hours: {}{}", number_of(starts, "start", "starts"), span_of(fleet)));
  write_part(out, query, fleet.failing, fmt::format("{} will not come", fleet.failing), Remark::WillNotStart);
  write_part(out, query, fleet.missed, fmt::format("{} overdue", fleet.missed), Remark::MissedStart);
  out.text(fmt::format(", {}", number_of(fleet.stops[kDay], "stop", "stops")));
  const std::size_t deletions = fleet.deletions[kWeek];
  write_part(out, query, deletions, number_of(deletions, "deletion within 7 days", "deletions within 7 days"),
             Remark::DeletionAhead);
  out.text(".");
}

/// Starts by five minutes beside the provisioners that were seen: a stampede is seen before it happens.
void write_curve(HtmlWriter& out, const FleetForecast& fleet, const std::optional<ProvisionerSight>& sight,
                 async::WallTime now) {
  const std::uint32_t most = *std::ranges::max_element(fleet.slots);
  if (most == 0) return;
  const std::size_t top = sight ? std::max<std::size_t>(most, sight->count) : most;
  const std::string provisioners = reconcile::provisioners_text(sight, now);
  const std::string box = fmt::format("0 0 {} {}", fleet.slots.size() * kBarWidth, kHeight);
  const std::string label = fmt::format(
      "Starts by five minutes in the next 24 hours; at most {} at a time; {}", most, provisioners);
  {
    const auto drawing = out.element("svg", {{"class", "curve"},
                                             {"viewbox", box},
                                             {"preserveaspectratio", "none"},
                                             {"role", "img"},
                                             {"aria-label", label}});
    for (std::size_t i = 0; i < fleet.slots.size(); ++i) {
      if (fleet.slots[i] == 0) continue;
      const std::size_t height = std::max<std::size_t>(1, fleet.slots[i] * kHeight / top);
      const auto bar = out.element("rect", {{"x", std::to_string(i * kBarWidth)},
                                            {"y", std::to_string(kHeight - height)},
                                            {"width", std::to_string(kBarWidth)},
                                            {"height", std::to_string(height)}});
      out.leaf("title", fmt::format("{}: {}", clock_of(fleet.slot_begins(i)),
                                    number_of(fleet.slots[i], "start", "starts")));
    }
    if (sight) {
      const std::string height = std::to_string(kHeight - sight->count * kHeight / top);
      const auto line = out.element("line", {{"x1", "0"},
                                             {"y1", height},
                                             {"x2", std::to_string(fleet.slots.size() * kBarWidth)},
                                             {"y2", height}});
      out.leaf("title", provisioners);
    }
  }
  {
    const auto axis = out.element("p", {{"class", "axis more"}, {"aria-hidden", "true"}});
    constexpr std::size_t kMarks = 4;
    for (std::size_t i = 0; i <= kMarks; ++i)
      out.leaf("span", clock_of(fleet.slot_begins(i * (fleet.slots.size() - 1) / kMarks)));
  }
  out.leaf(
      "p", {{"class", "more"}},
      sight ? fmt::format("The line: {}.", provisioners) : fmt::format("Without a line: {}.", provisioners));
}

void write_moment(HtmlWriter& out, std::string_view what, Instant at, async::WallTime now) {
  const auto line = out.element("div");
  out.text(fmt::format("{} ", what));
  out.leaf("time", {{"datetime", as_utc(*at)}, {"title", as_utc(*at)}}, clock_time(*at, now));
}

}  // namespace

void write_forecast(HtmlWriter& out, const PageInput& input) {
  if (!input.board.report) return;
  const FleetForecast fleet = reconcile::fleet_forecast(input.board.report->workspaces,
                                                        std::chrono::floor<std::chrono::seconds>(input.now));
  const bool nothing =
      fleet.starts[kDay] + fleet.stops[kDay] + fleet.deletions[kWeek] + fleet.failing + fleet.missed == 0;
  if (nothing) return;
  const auto section = out.element("section", {{"id", "coming"}, {"aria-labelledby", "coming-title"}});
  out.leaf("h2", {{"id", "coming-title"}}, "What comes next");
  write_sentence(out, input.query, fleet);
  write_curve(out, fleet, input.board.report->provisioners, input.now);
}

void write_next(HtmlWriter& out, const reconcile::WorkspaceStatus& row, async::WallTime now) {
  const auto& [start, stop, deletion] = row.forecast;
  if (reconcile::start_fails(row)) {
    const auto line = out.element("div", {{"class", "differs"}});
    write_moment(out, "no start", start.at, now);
  }
  if (const Instant next = start.next()) write_moment(out, "starts", next, now);
  if (stop.at) write_moment(out, "stops", stop.at, now);
  if (deletion) write_moment(out, "is deleted", deletion, now);
}

}  // namespace cr::daemon
