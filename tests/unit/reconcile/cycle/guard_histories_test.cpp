#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "reconcile/cycle.h"
#include "tests/support/manual_clock.h"
#include "tests/support/run_coroutine.h"
#include "tests/support/scripted_api.h"
#include "tests/unit/reconcile/decision_builders.h"

namespace cr::testing {
namespace {

using ::testing::IsEmpty;

/// Fleets of alice in which more is to be changed than the ten that a cycle may change without approval.
class GuardHistory : public ::testing::Test {
 protected:
  GuardHistory() {
    limits_.max_changes.count = 10;
    coder_.users = {coder::User{a_user_id(5), "alice", coder::UserStatus::active}};
    restart();
  }
  void restart() {
    reconciler_ = std::make_unique<Reconciler>(coder::Readers{coder_}, coder::Writers{&coder_}, clock_,
                                               observer_, limits_);
  }
  void max_builds(std::size_t count) {
    limits_.max_builds = count;
    restart();
  }

  static std::string name(int i) { return "w" + std::to_string(100 + i); }
  void live(int count, bool running = false) {
    for (int i = 0; i < count; ++i) {
      LiveBuilder one = a_live(static_cast<std::uint32_t>(i + 1), "alice", name(i));
      coder_.fleet.push_back((running ? one.running() : one).owned_by(a_user_id(5)));
    }
  }
  /// Workspaces from `first` to before `end`, each made by `each`.
  template <class Each>
  void declare(int first, int end, Each each) {
    for (int i = first; i < end; ++i) {
      SpecBuilder spec = a_spec("alice", name(i));
      each(spec);
      desired_.specs.push_back(spec.share());
    }
  }
  void declare(int first, int end) {
    declare(first, end, [](SpecBuilder&) {});
  }

  ReportPtr cycle() {
    clock_.advance(10s);
    return run_coroutine(reconciler_->run_cycle(desired_));
  }
  void hold_and_approve() {
    const ReportPtr report = cycle();
    ASSERT_TRUE(report->verdict.held);
    ASSERT_TRUE(reconciler_->approve(report->verdict.digest));
  }
  /// Coder answers nothing in this cycle.
  ReportPtr cycle_that_cannot_read() {
    coder_.fail("", ApiFault::server, 1'000'000);
    const ReportPtr report = cycle();
    coder_.heal();
    return report;
  }
  void end_builds() {
    for (LiveWorkspace& row : coder_.fleet) {
      if (!row.build.active()) continue;
      row.build.status =
          row.build.transition == Transition::start ? BuildStatus::running : BuildStatus::stopped;
    }
  }
  void reset_ttls() {
    for (LiveWorkspace& row : coder_.fleet) row.ttl = 1h;
  }

  ScriptedCoder coder_;
  ManualClock clock_;
  reconcile::Observer observer_;
  Limits limits_;
  std::unique_ptr<Reconciler> reconciler_;
  specs::DesiredState desired_;
};

TEST_F(GuardHistory, NothingIsEverDoneWithoutApproval) {
  live(11);
  declare(0, 11, [](SpecBuilder& spec) { spec.ttl(8h); });
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(cycle()->verdict.held);
    (void)cycle_that_cannot_read();
    EXPECT_FALSE(reconciler_->approve("0123456789abcdef"));
  }
  EXPECT_THAT(coder_.writes(), IsEmpty());
}

TEST_F(GuardHistory, CyclesThatCannotReadDoNotEndAnApprovalHalfWay) {
  declare(0, 40);
  hold_and_approve();
  for (int i = 0; i < 4; ++i) {
    EXPECT_FALSE(cycle()->verdict.held);
    EXPECT_EQ(coder_.count("create"), static_cast<std::size_t>(10 * (i + 1)));
    (void)cycle_that_cannot_read();
    end_builds();
    (void)cycle_that_cannot_read();
  }
  EXPECT_EQ(cycle()->result, CycleResult::in_sync);
}

TEST_F(GuardHistory, AnApprovalIsNotLostWhenTheNextCycleCannotRead) {
  live(20);
  declare(0, 20, [](SpecBuilder& spec) { spec.ttl(8h); });
  hold_and_approve();
  (void)cycle_that_cannot_read();
  EXPECT_FALSE(cycle()->verdict.held);
  EXPECT_EQ(coder_.count("ttl"), 20U);
}

TEST_F(GuardHistory, AnApprovalMayComeAfterACycleThatCouldNotRead) {
  live(20);
  declare(0, 20, [](SpecBuilder& spec) { spec.ttl(8h); });
  const std::string digest = cycle()->verdict.digest;
  (void)cycle_that_cannot_read();
  EXPECT_TRUE(reconciler_->approve(digest));
  EXPECT_FALSE(cycle()->verdict.held);
  EXPECT_EQ(coder_.count("ttl"), 20U);
}

TEST_F(GuardHistory, WhatWasStoppedUnderAnApprovalIsMadeDormantUnderIt) {
  max_builds(20);
  live(20, true);
  declare(0, 20, [](SpecBuilder& spec) { spec.dormant(true); });
  hold_and_approve();
  (void)cycle();
  EXPECT_EQ(coder_.count("build "), 20U);
  EXPECT_TRUE(cycle()->plan.empty()) << "all are being stopped";
  end_builds();
  EXPECT_FALSE(cycle()->verdict.held);
  EXPECT_EQ(coder_.count("dormant"), 20U);
}

TEST_F(GuardHistory, WaitingForBuildSlotsDoesNotEndAnApproval) {
  max_builds(3);
  live(20, true);
  declare(0, 20, [](SpecBuilder& spec) { spec.dormant(true); });
  hold_and_approve();
  for (int i = 0; i < 16; ++i) {
    EXPECT_FALSE(cycle()->verdict.held);
    EXPECT_FALSE(cycle()->verdict.held) << "no slot is free";
    end_builds();
  }
  EXPECT_EQ(coder_.count("dormant"), 20U);
}

TEST_F(GuardHistory, WhatFollowsTheFirstBuildOfAnApprovedCreateIsCovered) {
  max_builds(20);
  declare(0, 20, [](SpecBuilder& spec) { spec.dormant(true); });
  hold_and_approve();
  (void)cycle();
  EXPECT_EQ(coder_.count("create"), 20U);
  (void)cycle();
  for (LiveWorkspace& row : coder_.fleet) row.build.status = BuildStatus::failed;
  EXPECT_FALSE(cycle()->verdict.held);
  EXPECT_EQ(coder_.count("build "), 20U) << "each is retried";
  for (int i = 0; i < 3; ++i) {
    end_builds();
    EXPECT_FALSE(cycle()->verdict.held);
  }
  EXPECT_EQ(coder_.count("dormant"), 20U);
}

TEST_F(GuardHistory, ABackoffDoesNotEndAnApproval) {
  live(20);
  declare(0, 20, [](SpecBuilder& spec) { spec.ttl(8h); });
  hold_and_approve();
  coder_.fail("ttl", ApiFault::rejected, 20);
  (void)cycle();
  EXPECT_TRUE(cycle()->plan.empty()) << "all are backing off";
  clock_.advance(2min);
  EXPECT_FALSE(cycle()->verdict.held);
  EXPECT_EQ(coder_.count("ttl"), 40U);
}

TEST_F(GuardHistory, WhatSomebodyResetsAfterwardsCountsAnewThoughTheRestOfThePlanIsNotDone) {
  max_builds(1);
  live(20);
  declare(0, 20, [](SpecBuilder& spec) { spec.ttl(8h); });
  declare(20, 23);
  hold_and_approve();
  (void)cycle();
  EXPECT_EQ(coder_.count("ttl"), 20U);
  EXPECT_FALSE(cycle()->verdict.held) << "two creates wait for the build slot";
  reset_ttls();
  EXPECT_TRUE(cycle()->verdict.held);
  EXPECT_EQ(coder_.count("ttl"), 20U);
}

TEST_F(GuardHistory, WhatSomebodyResetsBeforeTheNextReadCountsAnew) {
  live(20);
  declare(0, 20, [](SpecBuilder& spec) { spec.ttl(8h); });
  hold_and_approve();
  (void)cycle();
  EXPECT_EQ(coder_.count("ttl"), 20U);
  reset_ttls();
  for (int i = 0; i < 3; ++i) {
    (void)cycle();
    clock_.advance(2min);
  }
  EXPECT_TRUE(cycle()->verdict.held);
  EXPECT_EQ(coder_.count("ttl"), 20U);
}

TEST_F(GuardHistory, OtherFieldsOfApprovedWorkspacesCount) {
  live(20);
  declare(0, 20, [](SpecBuilder& spec) { spec.ttl(8h).autostart("0 9 * * *"); });
  for (LiveWorkspace& row : coder_.fleet) row.autostart_schedule = "0 9 * * *";
  hold_and_approve();
  coder_.fail("ttl", ApiFault::rejected, 20);
  (void)cycle();
  for (LiveWorkspace& row : coder_.fleet) row.autostart_schedule = "0 3 * * *";
  EXPECT_TRUE(cycle()->verdict.held);
  EXPECT_EQ(coder_.count("autostart"), 0U);
}

TEST_F(GuardHistory, AnApprovalEndsWithARestart) {
  declare(0, 40);
  hold_and_approve();
  (void)cycle();
  EXPECT_EQ(coder_.count("create"), 10U);
  restart();
  end_builds();
  EXPECT_TRUE(cycle()->verdict.held);
  EXPECT_EQ(coder_.count("create"), 10U);
}

TEST_F(GuardHistory, AnApprovalEndsWithTheSpecsChangeAndAfterADay) {
  live(40);
  declare(0, 40, [](SpecBuilder& spec) { spec.ttl(8h); });
  hold_and_approve();
  desired_.specs.clear();
  declare(0, 20, [](SpecBuilder& spec) { spec.ttl(4h); });
  declare(20, 40, [](SpecBuilder& spec) { spec.ttl(8h); });
  const ReportPtr changed = cycle();
  EXPECT_TRUE(changed->verdict.held) << "twenty of the forty are other changes by now";
  EXPECT_TRUE(reconciler_->approve(changed->verdict.digest));
  clock_.advance(24h);
  EXPECT_TRUE(cycle()->verdict.held);
  EXPECT_THAT(coder_.writes(), IsEmpty());
}

TEST_F(GuardHistory, APlanThatShrinksBelowTheLimitGoesByItself) {
  live(20);
  declare(0, 20, [](SpecBuilder& spec) { spec.ttl(8h); });
  EXPECT_TRUE(cycle()->verdict.held);
  for (std::size_t i = 0; i < 10; ++i) coder_.fleet[i].ttl = 8h;
  EXPECT_FALSE(cycle()->verdict.held);
  EXPECT_EQ(coder_.count("ttl"), 10U);
}

}  // namespace
}  // namespace cr::testing
