#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>

#include "reconcile/cycle.h"
#include "tests/support/manual_clock.h"
#include "tests/support/run_coroutine.h"
#include "tests/support/scripted_api.h"
#include "tests/unit/reconcile/decision_builders.h"

namespace cr::testing {
namespace {

/// What earlier cycles found out is neither forgotten too soon nor believed too long.
class Remembered : public ::testing::Test {
 protected:
  Remembered() {
    limits_.max_changes.count = 1000;
    coder_.users = {coder::User{a_user_id(5), "alice", coder::UserStatus::active}};
  }
  void live(int count, bool running = false) {
    for (int i = 0; i < count; ++i) {
      LiveBuilder one = a_live(static_cast<std::uint32_t>(i + 1), "alice", "w" + std::to_string(100 + i));
      coder_.fleet.push_back((running ? one.running() : one).owned_by(a_user_id(5)));
    }
  }
  template <class Each>
  void declare(int count, Each each) {
    desired_.specs.clear();
    for (int i = 0; i < count; ++i) {
      SpecBuilder spec = a_spec("alice", "w" + std::to_string(100 + i));
      each(spec);
      desired_.specs.push_back(spec.share());
    }
  }
  ReportPtr cycle(std::chrono::nanoseconds after = 10s) {
    clock_.advance(after);
    if (!reconciler_) {
      reconciler_ = std::make_unique<Reconciler>(coder::Readers{coder_}, coder::Writers{&coder_}, clock_,
                                                 observer_, limits_);
    }
    return run_coroutine(reconciler_->run_cycle(desired_));
  }
  [[nodiscard]] std::size_t active_builds() const {
    return static_cast<std::size_t>(std::count_if(coder_.fleet.begin(), coder_.fleet.end(),
                                                  [](const auto& row) { return row.build.active(); }));
  }
  static Reason reason_of(const ReportPtr& report) { return report->workspaces.front().ready.reason; }

  ScriptedCoder coder_;
  ManualClock clock_;
  reconcile::Observer observer_;
  Limits limits_;
  std::unique_ptr<Reconciler> reconciler_;
  specs::DesiredState desired_;
};

TEST_F(Remembered, ThePolicyOfATemplateThatListsLeaveOutIsReadInEachCycle) {
  live(1);
  declare(1, [](SpecBuilder& spec) { spec.autostart("0 9 * * *"); });
  coder_.unlisted = {an_id<TemplateId>(1)};
  coder_.on_template = [](coder::Template& one) { one.allow_user_autostart = false; };
  EXPECT_EQ(reason_of(cycle()), Reason::PolicyForbids);
  coder_.on_template = {};
  (void)cycle();
  EXPECT_EQ(coder_.count("autostart"), 1U);
  coder_.find("alice", "w100")->autostart_schedule = "0 3 * * *";
  coder_.on_template = [](coder::Template& one) { one.allow_user_autostart = false; };
  EXPECT_EQ(reason_of(cycle()), Reason::PolicyForbids);
  EXPECT_EQ(coder_.count("autostart"), 1U);
}

TEST_F(Remembered, QuietCyclesReportTheSameObjectsAndAChangedRowIsTheOneNewObject) {
  live(3);
  declare(3, [](SpecBuilder& spec) { spec.ttl(8h); });
  for (LiveWorkspace& row : coder_.fleet) row.ttl = 8h;
  (void)cycle();
  const ReportPtr first = cycle();
  const ReportPtr second = cycle();
  EXPECT_EQ(first->result, CycleResult::in_sync);
  EXPECT_EQ(&first->workspaces.shared(), &second->workspaces.shared());

  coder_.fail("ttl ", ApiFault::rejected);
  coder_.find("alice", "w101")->ttl = 4h;
  const ReportPtr third = cycle();
  EXPECT_EQ(third->workspaces.shared()[0], second->workspaces.shared()[0]);
  EXPECT_NE(third->workspaces.shared()[1], second->workspaces.shared()[1]);
  EXPECT_EQ(third->workspaces.shared()[2], second->workspaces.shared()[2]);
  EXPECT_EQ(second->workspaces[1].ready.reason, Reason::InSync);
}

TEST_F(Remembered, TheLimitOfBuildsHoldsWhileWeDoNotKnowWhoWeAre) {
  for (const ApiFault fault : {ApiFault::not_found, ApiFault::forbidden, ApiFault::server}) {
    coder_.heal();
    coder_.fail("me", fault, 1'000'000);
    coder_.fleet.clear();
    reconciler_.reset();
    limits_.max_builds = 2;
    live(12, true);
    declare(12, [](SpecBuilder& spec) { spec.dormant(true); });
    for (int i = 0; i < 4; ++i) {
      const ReportPtr report = cycle();
      EXPECT_EQ(active_builds(), 2U);
      EXPECT_EQ(report->builds_in_flight, 2U);
    }
  }
}

TEST_F(Remembered, BuildsOfWorkspacesThatCannotBeReadAreStillInFlight) {
  limits_.max_builds = 10;
  live(160, true);
  declare(160, [](SpecBuilder& spec) { spec.dormant(true); });
  (void)cycle();
  EXPECT_EQ(active_builds(), 10U);
  coder_.fail("ids 150", ApiFault::server, 1'000'000);
  for (int i = 0; i < 3; ++i) {
    const ReportPtr report = cycle();
    EXPECT_EQ(active_builds(), 10U);
    EXPECT_EQ(report->builds_in_flight, 10U);
  }
}

TEST_F(Remembered, AContestEndsWhenTheFieldIsNoLongerDeclared) {
  live(1);
  declare(1, [](SpecBuilder& spec) { spec.ttl(8h); });
  ReportPtr report = cycle();
  for (int i = 0; i < 8 && reason_of(report) != Reason::Contested; ++i) {
    (void)cycle();
    coder_.fleet.front().ttl = 1h;
    report = cycle();
  }
  ASSERT_EQ(reason_of(report), Reason::Contested);
  const std::size_t before = coder_.count("ttl");
  declare(1, [](SpecBuilder&) {});
  (void)cycle();
  declare(1, [](SpecBuilder& spec) { spec.ttl(8h); });
  EXPECT_NE(reason_of(cycle()), Reason::Contested);
  EXPECT_EQ(coder_.count("ttl"), before + 1);
}

TEST_F(Remembered, NothingIsCreatedForAnOwnerWhoWasSuspendedSinceThePlanWasHeld) {
  limits_.max_changes.count = 0;
  declare(1, [](SpecBuilder&) {});
  const ReportPtr held = cycle();
  EXPECT_TRUE(held->verdict.held);
  coder_.users.front().status = coder::UserStatus::suspended;
  EXPECT_TRUE(reconciler_->approve(held->verdict.digest));
  EXPECT_EQ(reason_of(cycle()), Reason::OwnerSuspended);
  EXPECT_EQ(coder_.count("create"), 0U);
}

TEST_F(Remembered, LookUpsOfManyAreNotRepeatedInEachCycleAndNotBelievedForLong) {
  limits_.max_changes.count = 0;
  coder_.users.clear();
  for (int i = 0; i < 50; ++i) {
    const std::string owner = "u" + std::to_string(100 + i);
    coder_.users.push_back(
        coder::User{a_user_id(static_cast<std::uint32_t>(200 + i)), owner, coder::UserStatus::active});
    desired_.specs.push_back(a_spec(owner, "dev").share());
  }
  (void)cycle();
  const std::size_t once = coder_.count("user ");
  (void)cycle();
  EXPECT_EQ(coder_.count("user "), once);
  for (coder::User& user : coder_.users) user.status = coder::UserStatus::suspended;
  EXPECT_EQ(reason_of(cycle(5min)), Reason::OwnerSuspended);
}

TEST_F(Remembered, AFailedReadOfTheTokensEndIsRepeatedSoon) {
  live(1);
  declare(1, [](SpecBuilder&) {});
  coder_.fail("token", ApiFault::server, 2);
  (void)cycle();
  (void)cycle();
  EXPECT_EQ(coder_.count("token"), 1U);
  (void)cycle(1min);
  (void)cycle(1min);
  EXPECT_EQ(coder_.count("token"), 3U);
  (void)cycle(30min);
  EXPECT_EQ(coder_.count("token"), 3U) << "it has been read";
}

}  // namespace
}  // namespace cr::testing
