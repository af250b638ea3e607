#include "daemon/commands/apply_pace.h"

#include <gtest/gtest.h>

#include "tests/unit/daemon/reports.h"

namespace cr::daemon {
namespace {

using namespace std::chrono_literals;
using reconcile::Reason;

TEST(ApplyPace, DoneWhenInSyncOrWhenAPersonIsWaitedFor) {
  for (const Reason reason : {Reason::InSync, Reason::Suspended, Reason::Forbidden, Reason::BackingOff,
                              Reason::Unreachable, Reason::BuildFailed}) {
    EXPECT_FALSE(next_apply_cycle(testing::a_report({reason}), Builds::must_have_ended));
  }
}

TEST(ApplyPace, LooksAgainAfterAWrite) {
  auto report = testing::a_report({Reason::InSync});
  report.outcomes.push_back(testing::a_success());
  EXPECT_EQ(next_apply_cycle(report, Builds::may_go_on), 1s);
  report.look_again_in = 5s;
  EXPECT_EQ(next_apply_cycle(report, Builds::may_go_on), 5s);
}

TEST(ApplyPace, WaitsForAStopAndForABuildSlot) {
  EXPECT_TRUE(next_apply_cycle(testing::a_report({Reason::Stopping}), Builds::may_go_on));
  auto no_slot = testing::a_report({Reason::Creating});
  no_slot.workspaces[0].id.reset();
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
  EXPECT_FALSE(next_apply_cycle(testing::a_failed_report(coder::ApiFault::timeout, "x"), Builds::may_go_on));
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
