#include "reconcile/report/forecast_view.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/reconcile/decision_builders.h"

namespace cr::reconcile {
namespace {

using namespace std::chrono_literals;
using testing::SpecBuilder;

constexpr std::chrono::sys_seconds kNow =
    std::chrono::sys_days(std::chrono::year(2026) / 11 / 25) + 20h + 3min;

WorkspaceStatus row(const std::string& name, const Forecast& forecast) {
  WorkspaceStatus row;
  row.spec = SpecBuilder("alice", name).share();
  row.ready.reason = Reason::InSync;
  row.forecast = forecast;
  return row;
}

Forecast starts(std::chrono::seconds in, CauseSet blocked = {}) {
  Forecast forecast;
  forecast.start.at = Instant(kNow + in);
  forecast.start.blocked = blocked;
  return forecast;
}
Forecast stops(std::chrono::seconds in, StopBy by) {
  Forecast forecast;
  forecast.stop = {Instant(kNow + in), by};
  return forecast;
}
Forecast deleted(std::chrono::seconds in) {
  Forecast forecast;
  forecast.deletion = Instant(kNow + in);
  return forecast;
}
Forecast missed() {
  Forecast forecast = starts(23h);
  forecast.start.missed = Instant(kNow - 1h);
  return forecast;
}

CycleReport a_fleet() {
  CycleReport report;
  report.result = CycleResult::in_sync;
  report.ended = kNow;
  report.workspaces = {row("a", starts(30min)),
                       row("b", starts(31min)),
                       row("c", starts(12h, {Cause::LastBuildFailed, Cause::Dormant})),
                       row("d", starts(2h, {Cause::AlreadyRunning})),
                       row("e", starts(25h)),
                       row("f", stops(40min, StopBy::ttl)),
                       row("g", deleted(72h)),
                       row("h", missed()),
                       row("i", {})};
  return report;
}

TEST(ForecastView, CountsWhatComesWithinAnHourADayAndAWeek) {
  const FleetForecast fleet = fleet_forecast(a_fleet().workspaces, kNow);
  EXPECT_EQ(fleet.starts, (FleetForecast::Counts{2, 3, 4}));
  EXPECT_EQ(fleet.stops, (FleetForecast::Counts{1, 1, 1}));
  EXPECT_EQ(fleet.deletions, (FleetForecast::Counts{0, 0, 1}));
  EXPECT_EQ(fleet.blocked[static_cast<std::size_t>(Cause::LastBuildFailed)], 0U);
  EXPECT_EQ(fleet.blocked[static_cast<std::size_t>(Cause::Dormant)], 1U)
      << "which is in the way before all else";
  EXPECT_EQ(fleet.blocked[static_cast<std::size_t>(Cause::AlreadyRunning)], 1U);
  EXPECT_EQ(fleet.failing, 1U);
  EXPECT_EQ(fleet.missed, 1U);
}

// Time goes on while rows stand: what was set down once says at each moment what they say.
TEST(ForecastView, AFleetsFutureIsCountedAtAnyMoment) {
  CycleReport report = a_fleet();
  WorkspaceStatus left_alone = row("z", stops(50min, StopBy::ttl));
  const auto tomorrow = std::chrono::ceil<std::chrono::days>(kNow);
  left_alone.spec = SpecBuilder("alice", "z").suspended({.until = tomorrow, .reason = "exam"}).share();
  report.workspaces.push_back(left_alone);
  const FleetFuture future(report.workspaces);
  EXPECT_EQ(future.from(kNow).stops, (FleetForecast::Counts{2, 2, 2}));
  EXPECT_EQ(future.from(kNow + 2h).stops, (FleetForecast::Counts{0, 0, 0})) << "they are past";
  EXPECT_EQ(future.from(kNow).starts, (FleetForecast::Counts{2, 3, 4}));
  EXPECT_EQ(future.from(kNow + 24h + 30min).starts, (FleetForecast::Counts{1, 1, 1}));
  EXPECT_EQ(future.from(kNow + 22h).slots[12], 1U) << "of an hour later";
  const auto blocked = static_cast<std::size_t>(Cause::Dormant);
  EXPECT_EQ(future.from(kNow).blocked[blocked], 1U);
  EXPECT_EQ(future.from(kNow + 13h).blocked[blocked], 0U);
  const auto suspensions = [&](std::chrono::sys_seconds at) {
    return future.from(at).exceptions[static_cast<std::size_t>(specs::ExceptionKind::suspend)];
  };
  EXPECT_EQ(suspensions(kNow)[static_cast<std::size_t>(specs::ExceptionState::open)], 1U);
  EXPECT_EQ(suspensions(kNow + 24h)[static_cast<std::size_t>(specs::ExceptionState::over)], 1U);
}

TEST(ForecastView, WhatIsKeptDormantFailsNobody) {
  CycleReport report = a_fleet();
  WorkspaceStatus asleep = row("z", starts(12h, {Cause::LastBuildFailed, Cause::Dormant}));
  asleep.spec = SpecBuilder("alice", "z").dormant(true).share();
  report.workspaces.push_back(asleep);
  const FleetForecast fleet = fleet_forecast(report.workspaces, kNow);
  EXPECT_EQ(fleet.failing, 1U);
  EXPECT_EQ(fleet.blocked[static_cast<std::size_t>(Cause::Dormant)], 2U);
  EXPECT_EQ(fleet.blocked[static_cast<std::size_t>(Cause::LastBuildFailed)], 0U);
  EXPECT_EQ(render_forecast_text(report, 24h, {}).find("alice/z"), std::string::npos);
}

TEST(ForecastView, StartsAreCountedByFiveMinutes) {
  const FleetForecast fleet = fleet_forecast(a_fleet().workspaces, kNow);
  EXPECT_EQ(fleet.slot_begins(0), kNow - 3min);
  EXPECT_EQ(fleet.slots[6], 2U) << "20:33 and 20:34";
  std::size_t all = 0;
  for (const std::uint32_t starts : fleet.slots) all += starts;
  EXPECT_EQ(all, 3U) << "of a day";
}

TEST(ForecastView, TextNamesEachInTheOrderOfTime) {
  EXPECT_EQ(render_forecast_text(a_fleet(), 24h, {}),
            R"(Starts
  Wed 2026-11-25 20:33 UTC   alice/a
  Wed 2026-11-25 20:34 UTC   alice/b
  Thu 2026-11-26 19:03 UTC   alice/h

Will not start
  Thu 2026-11-26 08:03 UTC   alice/c   its last build failed or was canceled, and it is dormant; look at the build's log, then start it by hand; wake it

Should have started and did not
  Wed 2026-11-25 19:03 UTC   alice/h

Stops
  Wed 2026-11-25 20:43 UTC   alice/f   by its ttl

Forecast: 3 starts, 1 will not come, 1 stop, 0 deletions.
Most starts within five minutes: 2, from Wed 2026-11-25 20:30 UTC on; provisioners not seen yet.
)");
}

TEST(ForecastView, AnHourShowsLessThanAWeek) {
  EXPECT_NE(render_forecast_text(a_fleet(), 1h, {})
                .find("Forecast: 2 starts, 0 will not come, 1 stop, 0 deletions."),
            std::string::npos);
  const std::string week = render_forecast_text(a_fleet(), 168h, {});
  EXPECT_NE(week.find("Forecast: 4 starts, 1 will not come, 1 stop, 1 deletion."), std::string::npos);
  EXPECT_NE(week.find("unless it is woken before"), std::string::npos);
}

TEST(ForecastView, WhatCouldNotBeReadSaysWhy) {
  CycleReport report;
  report.result = CycleResult::failed;
  report.failure = coder::ApiError(coder::ApiFault::unreachable, "connection refused");
  EXPECT_TRUE(render_forecast_text(report, 24h, {}).starts_with("Failed: "));
}

TEST(ForecastView, JsonListsWhoHasAFutureWithinTheSpanByPages) {
  const auto json = forecast_json(a_fleet(), 24h, {.offset = 1, .limit = 3});
  EXPECT_EQ(json["total"], 6) << "e starts and g is deleted later, i does neither";
  ASSERT_EQ(json["workspaces"].size(), 3U);
  EXPECT_EQ(json["workspaces"][0]["name"], "b");
  EXPECT_EQ(json["workspaces"][1]["nextStart"]["comes"], false);
  EXPECT_EQ(json["workspaces"][1]["nextStart"]["causes"], nlohmann::json({"LastBuildFailed", "Dormant"}));
  EXPECT_EQ(json["starts"], nlohmann::json({{"1h", 2}, {"24h", 3}, {"7d", 4}}));
  EXPECT_EQ(json["slots"][0], nlohmann::json({{"begins", "2026-11-25T20:30:00Z"}, {"starts", 2}}));
}

TEST(ForecastView, TheCurveStandsBesideTheProvisionersThatWereSeen) {
  CycleReport report = a_fleet();
  EXPECT_FALSE(forecast_json(report, 24h, {}).contains("provisioners"));
  report.provisioners = {3, kNow - 125min};
  EXPECT_NE(render_forecast_text(report, 24h, {})
                .find("on; 3 provisioners seen 2h5m ago, one build each at a time.\n"),
            std::string::npos);
  EXPECT_EQ(forecast_json(report, 24h, {})["provisioners"],
            nlohmann::json({{"count", 3}, {"seen", "2026-11-25T17:58:00Z"}}));
  report.provisioners = {1, kNow - 59s};
  EXPECT_NE(
      render_forecast_text(report, 24h, {}).find("on; 1 provisioner seen just now, one build at a time.\n"),
      std::string::npos);
}

/// What could not be read for hours keeps its last forecast, whose time has passed.
TEST(ForecastView, WhatIsOverIsNotAhead) {
  const FleetForecast later = fleet_forecast(a_fleet().workspaces, kNow + 13h);
  EXPECT_EQ(later.starts, (FleetForecast::Counts{0, 2, 2})) << "e and h alone";
  EXPECT_EQ(later.stops, FleetForecast::Counts{});
  EXPECT_EQ(later.failing, 0U);
  EXPECT_EQ(later.blocked[static_cast<std::size_t>(Cause::AlreadyRunning)], 0U);
}

}  // namespace
}  // namespace cr::reconcile
