#include "reconcile/cycle/foresee.h"

#include <gtest/gtest.h>

#include "reconcile/cycle/make_report.h"
#include "tests/support/run_coroutine.h"
#include "tests/unit/reconcile/cycle/cycle_parts.h"

namespace cr::testing {
namespace {

constexpr const char* kDaily = "0 9 * * *";

class Foresee : public CycleParts {
 protected:
  Foresee() {
    coder_.users = {coder::User{a_user_id(5), "alice", coder::UserStatus::active},
                    coder::User{a_user_id(6), "bob", coder::UserStatus::suspended}};
  }
  void ask() {
    auto all = asked(state());
    EXPECT_TRUE(run_coroutine(std::move(all)));
  }
  static coder::awaitable<bool> asked(reconcile::CycleState& state) {
    auto all = reconcile::ask_about_starts(state);
    co_await std::move(all);
    co_return true;
  }
  /// Stopped, and starts every day.
  static LiveBuilder daily(std::uint32_t number, const std::string& name) {
    return a_live(number, "alice", name).owned_by(a_user_id(5)).autostart(kDaily);
  }
  /// Its next start takes a newer version.
  static LiveBuilder moving(std::uint32_t number, const std::string& name, std::uint32_t version = 7) {
    return daily(number, name).with([version](LiveWorkspace& row) {
      row.outdated = true;
      row.automatic_updates = reconcile::LiveAutomaticUpdates::always;
      row.active_version = an_id<VersionId>(version);
    });
  }
  reconcile::Forecast forecast_of(const Facts& one) {
    return reconcile::forecast_of(state(), one, clock_.wall());
  }
};

TEST_F(Foresee, NothingIsAskedWhereNothingStartsByItself) {
  reads(a_spec("alice", "a"), a_live(1, "alice", "a"));
  is_not_read(a_spec("alice", "b"));
  is_absent(a_spec("alice", "c").autostart(kDaily));
  ask();
  EXPECT_TRUE(coder_.calls().empty());
}

TEST_F(Foresee, WhatRunsIsAskedAboutEvenIfItNeverStartsByItself) {
  const Facts& one = reads(
      a_spec("bob", "a"), a_live(1, "bob", "a").owned_by(a_user_id(6)).running().with([](LiveWorkspace& row) {
        row.tells_next_start = true;
      }));
  ask();
  EXPECT_EQ(coder_.count("inactive_users"), 1U);
  EXPECT_EQ(forecast_of(one).stop.by, reconcile::StopBy::suspension);
}

TEST_F(Foresee, OneListTellsWhoIsNotActiveForTenMinutes) {
  for (int cycle = 0; cycle < 3; ++cycle) {
    reads(a_spec("bob", "a"), LiveBuilder(daily(1, "a")).owned_by(a_user_id(6)));
    const Facts& other = reads(a_spec("carol", "b"), daily(2, "b"));
    ask();
    EXPECT_TRUE(forecast_of(only()).start.blocked.has(reconcile::Cause::OwnerSuspended));
    EXPECT_TRUE(forecast_of(other).start.comes());
    next_cycle(1min);
  }
  EXPECT_EQ(coder_.count("inactive_users"), 1U);
  clock_.advance(10min);
  reads(a_spec("bob", "a"), daily(1, "a"));
  ask();
  EXPECT_EQ(coder_.count("inactive_users"), 2U);
}

TEST_F(Foresee, WhoIsSuspendedHasWhatRunsStoppedAndWhoWasNotSeenForLongHasNot) {
  coder_.users.push_back(coder::User{a_user_id(7), "carol", coder::UserStatus::dormant});
  const auto running = [](std::uint32_t number, std::uint32_t owner) {
    return LiveBuilder(daily(number, "a")).owned_by(a_user_id(owner)).running().with([](LiveWorkspace& row) {
      row.tells_next_start = true;
    });
  };
  const Facts& of_bob = reads(a_spec("bob", "a"), running(1, 6));
  const Facts& of_carol = reads(a_spec("carol", "a"), running(2, 7));
  ask();
  EXPECT_EQ(forecast_of(of_bob).stop.by, reconcile::StopBy::suspension);
  EXPECT_EQ(forecast_of(of_carol).stop.by, reconcile::StopBy::nobody);
  EXPECT_TRUE(forecast_of(of_carol).start.blocked.has(reconcile::Cause::OwnerSuspended));
}

TEST_F(Foresee, ATokenThatMayNotListUsersIsNotAskedAgainEachCycle) {
  coder_.fail("inactive_users", ApiFault::forbidden, 1'000);
  for (int cycle = 0; cycle < 5; ++cycle) {
    reads(a_spec("alice", "a"), daily(1, "a"));
    ask();
    EXPECT_FALSE(state().stopped_by) << "what cannot be known stops nothing";
    EXPECT_TRUE(forecast_of(only()).start.comes());
    next_cycle(10min);
  }
  EXPECT_EQ(coder_.count("inactive_users"), 1U);
}

TEST_F(Foresee, WhereNobodyAnswersNothingMoreIsAsked) {
  for (const ApiFault fault : {ApiFault::unauthorized, ApiFault::timeout}) {
    coder_.fail("inactive_users", fault);
    reads(a_spec("alice", "a"), moving(1, "a"));
    ask();
    EXPECT_FALSE(state().stopped_by) << "it is for information only";
    EXPECT_EQ(coder_.count("autostart_mismatch"), 0U);
    next_cycle(2h);
  }
}

TEST_F(Foresee, ATokenThatMayNotAskAnyMoreKnowsNothing) {
  reads(a_spec("bob", "a"), LiveBuilder(daily(1, "a")).owned_by(a_user_id(6)));
  ask();
  EXPECT_TRUE(forecast_of(only()).start.blocked.has(reconcile::Cause::OwnerSuspended));
  next_cycle(10min);
  coder_.fail("inactive_users", ApiFault::forbidden);
  reads(a_spec("bob", "a"), LiveBuilder(daily(1, "a")).owned_by(a_user_id(6)));
  ask();
  EXPECT_TRUE(forecast_of(only()).start.comes());
}

TEST_F(Foresee, AMoveThatFailsIsSaidAndAskedAboutOnce) {
  coder_.mismatched = {a_workspace_id(1)};
  for (int cycle = 0; cycle < 3; ++cycle) {
    reads(a_spec("alice", "a"), moving(1, "a"));
    const Facts& good = reads(a_spec("alice", "b"), moving(2, "b"));
    ask();
    EXPECT_TRUE(forecast_of(only()).start.blocked.has(reconcile::Cause::ParametersMismatch));
    EXPECT_TRUE(forecast_of(good).start.comes());
    next_cycle();
  }
  EXPECT_EQ(coder_.count("autostart_mismatch"), 2U);
}

TEST_F(Foresee, AnotherVersionOrAnotherBuildIsAskedAboutAnew) {
  reads(a_spec("alice", "a"), moving(1, "a", 7));
  ask();
  next_cycle();
  reads(a_spec("alice", "a"), moving(1, "a", 8));
  ask();
  EXPECT_EQ(coder_.count("autostart_mismatch"), 2U);
  next_cycle();
  LiveWorkspace rebuilt = moving(1, "a", 8);
  rebuilt.build.id = an_id<BuildId>(99);
  reads(a_spec("alice", "a"), rebuilt);
  ask();
  EXPECT_EQ(coder_.count("autostart_mismatch"), 3U);
}

TEST_F(Foresee, WhatWasNotReadIsRememberedAndWhatIsNotDeclaredForgotten) {
  reads(a_spec("alice", "a"), moving(1, "a"));
  reads(a_spec("alice", "b"), moving(2, "b"));
  ask();
  next_cycle();
  is_not_read(a_spec("alice", "a")).id = a_workspace_id(1);
  ask();
  EXPECT_EQ(memory_.remembered.look_ups.moves.size(), 1U);
  next_cycle();
  reads(a_spec("alice", "a"), moving(1, "a"));
  ask();
  EXPECT_EQ(coder_.count("autostart_mismatch"), 2U);
}

TEST_F(Foresee, AtMostThirtyAreAskedACycle) {
  for (int cycle = 0; cycle < 2; ++cycle) {
    for (std::uint32_t i = 1; i <= 50; ++i) {
      const std::string name = "w" + std::to_string(100 + i);
      reads(a_spec("alice", name), moving(i, name));
    }
    ask();
    EXPECT_EQ(coder_.count("autostart_mismatch"), cycle == 0 ? 30U : 50U);
    next_cycle();
  }
}

TEST_F(Foresee, WhatDoesNotStartWithinADayOrNotAtAllIsNotAskedAbout) {
  const auto in_three_days =
      std::chrono::weekday(std::chrono::floor<std::chrono::days>(clock_.wall()) + std::chrono::days(3));
  reads(a_spec("alice", "a"),
        LiveBuilder(moving(1, "a")).autostart("0 9 * * " + std::to_string(in_three_days.c_encoding())));
  reads(a_spec("alice", "b"), LiveBuilder(moving(2, "b")).dormant());
  reads(a_spec("alice", "c"), LiveBuilder(moving(3, "c")).autostart(""));
  ask();
  EXPECT_EQ(coder_.count("autostart_mismatch"), 0U);
}

TEST_F(Foresee, OneThatCannotBeJudgedTakesNoTurnFromTheOthers) {
  coder_.fail("autostart_mismatch 1", ApiFault::forbidden, 1'000);
  coder_.fail("autostart_mismatch 2", ApiFault::server, 1'000);
  coder_.mismatched = {a_workspace_id(3)};
  const auto declare_all = [&]() -> Facts& {
    reads(a_spec("alice", "a"), moving(1, "a"));
    reads(a_spec("alice", "b"), moving(2, "b"));
    return reads(a_spec("alice", "c"), moving(3, "c"));
  };
  declare_all();
  ask();
  EXPECT_EQ(coder_.count("autostart_mismatch"), 3U);
  next_cycle(10s);
  EXPECT_TRUE(forecast_of(declare_all()).start.blocked.has(reconcile::Cause::ParametersMismatch));
  ask();
  EXPECT_EQ(coder_.count("autostart_mismatch"), 3U) << "not again at once";
  next_cycle(1min);
  declare_all();
  ask();
  EXPECT_EQ(coder_.count("autostart_mismatch"), 4U) << "what fails in passing is tried again soon";
}

TEST_F(Foresee, ACoderThatDoesNotAnswerIsAskedNoFurther) {
  coder_.fail("autostart_mismatch", ApiFault::timeout, 1'000);
  reads(a_spec("alice", "a"), moving(1, "a"));
  reads(a_spec("alice", "b"), moving(2, "b"));
  ask();
  EXPECT_EQ(coder_.count("autostart_mismatch"), 1U);
}

TEST_F(Foresee, TheSoonestStartsAreAskedAboutFirst) {
  const auto hour = std::chrono::floor<std::chrono::hours>(clock_.wall()).time_since_epoch() / 1h % 24;
  const auto in = [&](long hours) { return "0 " + std::to_string((hour + hours) % 24) + " * * *"; };
  for (std::uint32_t i = 1; i <= 30; ++i) {
    const std::string name = "w" + std::to_string(100 + i);
    reads(a_spec("alice", name), LiveBuilder(moving(i, name)).autostart(in(12)));
  }
  const Facts& soon = reads(a_spec("alice", "x"), LiveBuilder(moving(31, "x")).autostart(in(2)));
  coder_.mismatched = {a_workspace_id(31)};
  ask();
  EXPECT_TRUE(forecast_of(soon).start.blocked.has(reconcile::Cause::ParametersMismatch));
}

TEST_F(Foresee, TheReportSaysAheadWhatAPersonShouldKnow) {
  coder_.mismatched = {a_workspace_id(1)};
  reads(a_spec("alice", "a"), moving(1, "a"));
  reads(a_spec("alice", "b"), daily(2, "b"));
  reads(a_spec("alice", "c").dormant(true), LiveBuilder(daily(3, "c")).dormant());
  ask();
  const ReportPtr made = reconcile::make_report(state());
  ASSERT_EQ(made->workspaces[0].remarks.size(), 1U);
  EXPECT_EQ(made->workspaces[0].remarks[0].remark, reconcile::Remark::WillNotStart);
  EXPECT_TRUE(made->workspaces[1].remarks.empty());
  EXPECT_TRUE(made->workspaces[2].remarks.empty()) << "dormant by order";
  EXPECT_TRUE(made->workspaces[2].forecast.start.blocked.has(reconcile::Cause::Dormant));
}

TEST_F(Foresee, WhatCannotBeReadKeepsItsLastForecast) {
  reads(a_spec("alice", "a"), daily(1, "a"));
  ask();
  const reconcile::Forecast before = reconcile::make_report(state())->workspaces[0].forecast;
  EXPECT_TRUE(before.start.comes());
  const specs::SpecPtr same = desired_.specs[0];
  next_cycle();
  is_not_read(a_spec("alice", "a"));
  EXPECT_EQ(reconcile::make_report(state())->workspaces[0].forecast, before);
}

}  // namespace
}  // namespace cr::testing
