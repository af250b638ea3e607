#include "daemon/loop/history.h"

#include <gtest/gtest.h>

#include "tests/unit/daemon/reports.h"

namespace cr::daemon {
namespace {

using namespace std::chrono_literals;
using reconcile::CycleReport;
using reconcile::CycleResult;
using reconcile::Reason;

CycleReport quiet(int minute, CycleResult result = CycleResult::in_sync) {
  CycleReport report = testing::a_report({Reason::InSync}, result);
  report.started = async::WallTime{} + std::chrono::minutes{minute};
  report.ended = report.started + 1s;
  report.duration = 1s;
  return report;
}

CycleReport busy(int minute) {
  CycleReport report = quiet(minute, CycleResult::converged);
  report.outcomes = {testing::a_success(), testing::a_success()};
  report.outcomes[1].result = reconcile::ActionResult::failed;
  return report;
}

TEST(CycleHistory, CountsActionsByHowTheyEnded) {
  const CycleRecord record = record_of(busy(3));
  EXPECT_EQ(record.succeeded, 1U);
  EXPECT_EQ(record.failed, 1U);
  EXPECT_EQ(record.skipped, 0U);
  EXPECT_EQ(record.duration, 1s);
}

TEST(CycleHistory, SaysWhyACycleFailed) {
  EXPECT_NE(
      record_of(testing::a_failed_report(coder::ApiFault::unreachable, "no route")).failure.find("no route"),
      std::string::npos);
  CycleReport defect = quiet(0, CycleResult::failed);
  defect.internal_error = "a defect";
  EXPECT_EQ(record_of(defect).failure, "a defect");
}

TEST(CycleHistory, MakesOneRecordOfQuietCyclesInARow) {
  CycleHistory history;
  history.add(busy(0));
  for (int minute = 1; minute <= 500; ++minute) history.add(quiet(minute));
  ASSERT_EQ(history.records().size(), 2U) << "a quiet night does not push out what happened before";
  EXPECT_EQ(history.records()[0].cycles, 500U);
  EXPECT_EQ(history.records()[0].first_started, async::WallTime{} + 1min);
  EXPECT_EQ(history.records()[0].started, async::WallTime{} + 500min);
  EXPECT_EQ(history.records()[1].succeeded, 1U);
}

TEST(CycleHistory, KeepsApartWhatDiffers) {
  CycleHistory history;
  history.add(quiet(0));
  history.add(quiet(1, CycleResult::partial));
  CycleReport held = quiet(2, CycleResult::held);
  held.verdict = {.held = true, .approved = false, .changes = 7, .limit = 1, .digest = "d", .message = "m"};
  history.add(held);
  held.verdict.changes = 8;
  history.add(held);
  history.add(testing::a_failed_report(coder::ApiFault::unreachable, "a"));
  history.add(testing::a_failed_report(coder::ApiFault::unreachable, "b"));
  EXPECT_EQ(history.records().size(), 6U);
  EXPECT_EQ(history.records()[2].held, 8U);
}

TEST(CycleHistory, IsBounded) {
  CycleHistory history;
  for (int minute = 0; minute < 100; ++minute) history.add(busy(minute));
  EXPECT_EQ(history.records().size(), CycleHistory::kMost);
  EXPECT_EQ(history.records().front().started, async::WallTime{} + 99min) << "the newest is first";
}

}  // namespace
}  // namespace cr::daemon
