#include "daemon/loop/sync_trend.h"

#include <gtest/gtest.h>

#include "daemon/http/page/trend.h"
#include "tests/unit/daemon/reports.h"

namespace cr::daemon {
namespace {

using namespace std::chrono_literals;
using reconcile::CycleReport;
using reconcile::Reason;

const async::WallTime kNoon = async::WallTime{} + std::chrono::hours(24) * 20'000 + 12h;

CycleReport cycle(async::WallTime ended, const std::vector<Reason>& reasons) {
  CycleReport report = testing::a_report(reasons);
  report.ended = ended;
  return report;
}

CycleReport outage(async::WallTime ended) {
  CycleReport report = testing::a_failed_report(coder::ApiFault::unreachable, "no route");
  report.ended = ended;
  return report;
}

/// What is drawn of it.
std::string drawn(const SyncTrend& trend, async::WallTime now) {
  HtmlWriter out;
  write_trend(out, trend, now, 13min);
  return out.take();
}

std::size_t lines_in(const std::string& html, const std::string& kind) {
  std::size_t number = 0;
  for (std::size_t at = html.find("class=\"" + kind + "\" points"); at != std::string::npos;
       at = html.find("class=\"" + kind + "\" points", at + 1))
    ++number;
  return number;
}

TEST(SyncTrend, KeepsTheWorstOfFiveMinutes) {
  SyncTrend trend;
  trend.add(cycle(kNoon, {Reason::InSync, Reason::InSync, Reason::InSync}));
  trend.add(cycle(kNoon + 1min, {Reason::InSync, Reason::Drifted, Reason::Unreachable}));
  trend.add(cycle(kNoon + 2min, {Reason::InSync, Reason::InSync, Reason::Creating}));
  trend.add(outage(kNoon + 3min));
  trend.add(cycle(kNoon + 4min + 59s, {Reason::InSync, Reason::InSync, Reason::Suspended}));
  EXPECT_EQ(trend.points(),
            (std::vector<SyncPoint>{
                {.begun = kNoon, .read = true, .all = 3, .in_sync_least = 1, .drift_most = 1}}));
  trend.add(cycle(kNoon + 5min, {Reason::InSync}));
  ASSERT_EQ(trend.points().size(), 2U);
  EXPECT_EQ(trend.points()[1].begun, kNoon + 5min);
}

TEST(SyncTrend, FiveMinutesInWhichNothingCouldBeReadAreAGap) {
  SyncTrend trend;
  trend.add(outage(kNoon));
  trend.add(outage(kNoon + 2min));
  EXPECT_EQ(trend.points(), (std::vector<SyncPoint>{{.begun = kNoon}}));
  trend.add(cycle(kNoon + 3min, {Reason::InSync, Reason::InSync}));
  EXPECT_EQ(trend.points(),
            (std::vector<SyncPoint>{
                {.begun = kNoon, .read = true, .all = 2, .in_sync_least = 2, .drift_most = 0}}));
}

TEST(SyncTrend, IsBoundedHoweverLongItRunsAndWhereverTheClockGoes) {
  SyncTrend trend;
  for (int minute = 0; minute < 3 * 24 * 60; minute += 2)
    trend.add(cycle(kNoon + std::chrono::minutes(minute), {}));
  EXPECT_EQ(trend.points().size(), SyncTrend::kMost);
  EXPECT_EQ(SyncTrend::kMost, 288U);
  const auto last = trend.points().back().begun;
  EXPECT_EQ(last - trend.points().front().begun, 24h - 5min);
  trend.add(cycle(kNoon, {Reason::Drifted}));
  EXPECT_EQ(trend.points().size(), SyncTrend::kMost) << "the clock was put back";
  EXPECT_EQ(trend.points().back().begun, last);
  EXPECT_EQ(trend.points().back().drift_most, 1U);
  trend.add(cycle(kNoon + 24h * 30, {}));
  EXPECT_EQ(trend.points().size(), 1U) << "what is older than a day is gone";
}

TEST(SyncTrend, IsToldInWords) {
  SyncTrend trend;
  EXPECT_EQ(trend_in_words(trend, kNoon), "");
  trend.add(cycle(kNoon, {Reason::InSync, Reason::InSync}));
  EXPECT_EQ(trend_in_words(trend, kNoon), "") << "one point is no course";
  trend.add(cycle(kNoon + 5min, {Reason::InSync, Reason::InSync}));
  EXPECT_EQ(trend_in_words(trend, kNoon + 6min), "Since 12:00: 2 of 2 in sync.");
  trend.add(cycle(kNoon + 10min, {Reason::InSync, Reason::Held}));
  trend.add(outage(kNoon + 15min));
  trend.add(outage(kNoon + 20min));
  EXPECT_EQ(trend_in_words(trend, kNoon + 21min),
            "Since 12:00: 1 to 2 of 2 in sync; at most 1 not as declared, at 12:10; not read since 12:15.");
  trend.add(cycle(kNoon + 25min, {Reason::InSync, Reason::InSync}));
  EXPECT_EQ(
      trend_in_words(trend, kNoon + 26min),
      "Since 12:00: 1 to 2 of 2 in sync; at most 1 not as declared, at 12:10; not read from 12:15 to 12:25.");
  EXPECT_EQ(trend_in_words(trend, kNoon + 24h + 6min).substr(0, 14), "Last 24 hours:")
      << "those before it do not count";
  EXPECT_EQ(trend_in_words(trend, kNoon + 48h), "");
}

TEST(SyncTrend, IsDrawnWithGapsWhereNothingIsKnown) {
  SyncTrend trend;
  trend.add(cycle(kNoon, {Reason::InSync, Reason::InSync}));
  trend.add(cycle(kNoon + 5min, {Reason::InSync, Reason::Drifted}));
  EXPECT_EQ(lines_in(drawn(trend, kNoon + 6min), "good"), 1U);
  EXPECT_NE(drawn(trend, kNoon + 6min).find("286,0 287,0 287,20"), std::string::npos)
      << "to the right is now, above is all";
  trend.add(outage(kNoon + 10min));
  trend.add(cycle(kNoon + 15min, {Reason::InSync, Reason::InSync}));
  EXPECT_EQ(lines_in(drawn(trend, kNoon + 16min), "good"), 2U) << "an outage is no line";
  EXPECT_EQ(lines_in(drawn(trend, kNoon + 16min), "drift"), 2U);
  trend.add(cycle(kNoon + 25min, {Reason::InSync, Reason::InSync}));
  EXPECT_EQ(lines_in(drawn(trend, kNoon + 26min), "good"), 2U) << "cycles may be ten minutes apart";
  trend.add(cycle(kNoon + 60min, {Reason::InSync, Reason::InSync}));
  EXPECT_EQ(lines_in(drawn(trend, kNoon + 61min), "good"), 3U) << "a loop that stood still is a gap";
  EXPECT_EQ(drawn(trend, kNoon + 61min).find(" style="), std::string::npos) << "the policy would refuse it";
}

}  // namespace
}  // namespace cr::daemon
