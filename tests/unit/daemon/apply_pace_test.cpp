#include "daemon/commands/apply_pace.h"

#include <gtest/gtest.h>

#include "tests/support/report_rows.h"
#include "tests/unit/daemon/reports.h"

namespace cr::daemon {
namespace {

using namespace std::chrono_literals;
using reconcile::Reason;

TEST(ApplyPace, DoneWhenInSyncOrWhenAPersonIsWaitedFor) {
  for (const Reason reason : {Reason::InSync, Reason::Suspended, Reason::Forbidden, Reason::Rejected,
                              Reason::Overridden, Reason::BuildFailed}) {
    EXPECT_FALSE(next_apply_cycle(testing::a_report({reason}), Builds::must_have_ended));
  }
}

TEST(ApplyPace, DoneWhenTheCycleThatWroteHasSeenWhatCoderKept) {
  for (const Reason reason : {Reason::InSync, Reason::Overridden}) {
    auto report = testing::a_report({reason});
    report.outcomes.push_back(testing::a_success());
    EXPECT_FALSE(next_apply_cycle(report, Builds::must_have_ended)) << to_string(reason);
  }
}

TEST(ApplyPace, LooksAgainAfterAWriteThatCouldNotBeReadBack) {
  auto report = testing::a_report({Reason::Updating});
  report.outcomes.push_back(testing::a_success());
  EXPECT_EQ(next_apply_cycle(report, Builds::may_go_on), 1s);
  report.look_again_in = 5s;
  EXPECT_EQ(next_apply_cycle(report, Builds::may_go_on), 5s);
}

TEST(ApplyPace, WaitsForASlotInWhichAFirstBuildIsQueuedAgain) {
  auto report = testing::a_report({Reason::Creating});
  EXPECT_FALSE(next_apply_cycle(report, Builds::may_go_on));
  reconcile::Outcome passed_over;
  passed_over.action = reconcile::RetryFirstBuild{{"alice", "w0"}, *report.workspaces[0].id, 1};
  report.outcomes.push_back(passed_over);
  EXPECT_TRUE(next_apply_cycle(report, Builds::may_go_on));
}

TEST(ApplyPace, WaitsForAStopAndForABuildSlot) {
  EXPECT_TRUE(next_apply_cycle(testing::a_report({Reason::Stopping}), Builds::may_go_on));
  auto no_slot = testing::a_report({Reason::Creating});
  testing::editable(no_slot.workspaces, 0).id.reset();
  EXPECT_TRUE(next_apply_cycle(no_slot, Builds::may_go_on));
}

TEST(ApplyPace, WaitsForAFirstBuildOnlyIfAsked) {
  const auto building = testing::a_report({Reason::Creating});
  EXPECT_FALSE(next_apply_cycle(building, Builds::may_go_on));
  EXPECT_TRUE(next_apply_cycle(building, Builds::must_have_ended));
}

TEST(ApplyPace, DoneWhenHeldOrFailed) {
  auto held = testing::a_report({Reason::Held, Reason::Stopping});
  held.verdict.held = true;
  EXPECT_FALSE(next_apply_cycle(held, Builds::may_go_on));
  for (const auto lasting : {coder::ApiFault::unauthorized, coder::ApiFault::contract}) {
    EXPECT_FALSE(next_apply_cycle(testing::a_failed_report(lasting, "x"), Builds::may_go_on));
  }
}

TEST(ApplyPace, WaitsForACoderThatIsAway) {
  using coder::ApiFault;
  for (const auto away : {ApiFault::unreachable, ApiFault::timeout, ApiFault::throttled}) {
    EXPECT_TRUE(next_apply_cycle(testing::a_failed_report(away, "x"), Builds::may_go_on));
    auto one = testing::a_report({Reason::InSync, Reason::BackingOff});
    testing::editable(one.workspaces, 1).last_error = std::make_shared<const coder::ApiError>(away, "x");
    EXPECT_TRUE(next_apply_cycle(one, Builds::may_go_on));
  }
  EXPECT_TRUE(next_apply_cycle(testing::a_report({Reason::InSync, Reason::Unreachable}), Builds::may_go_on))
      << "it was passed over while Coder was away";
  auto unresolved = testing::a_report({Reason::InSync});
  unresolved.sets.emplace_back();
  unresolved.sets[0].error = coder::ApiError(ApiFault::timeout, "x");
  EXPECT_TRUE(next_apply_cycle(unresolved, Builds::may_go_on)) << "nobody knows yet who a set's owners are";
  unresolved.sets[0].error = coder::ApiError(ApiFault::forbidden, "x");
  EXPECT_FALSE(next_apply_cycle(unresolved, Builds::may_go_on));
}

TEST(ApplyPace, LeavesToAnotherRunWhatCoderItselfFailsAt) {
  auto one = testing::a_report({Reason::InSync, Reason::BackingOff});
  coder::ApiError error(coder::ApiFault::server, "x");
  error.status = 500;
  testing::editable(one.workspaces, 1).last_error = std::make_shared<const coder::ApiError>(error);
  EXPECT_FALSE(next_apply_cycle(one, Builds::may_go_on));
}

TEST(ApplyPace, NeverInAHotLoopAndNeverForLong) {
  auto report = testing::a_report({Reason::Stopping});
  report.look_again_in = 1ms;
  EXPECT_EQ(next_apply_cycle(report, Builds::may_go_on), 1s);
  report.look_again_in = 1h;
  EXPECT_EQ(next_apply_cycle(report, Builds::may_go_on), 60s);
}

}  // namespace
}  // namespace cr::daemon
