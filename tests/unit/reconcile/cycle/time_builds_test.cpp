#include "reconcile/cycle/time_builds.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "reconcile/coder/api_error.h"
#include "tests/support/run_coroutine.h"
#include "tests/unit/reconcile/cycle/cycle_parts.h"

namespace cr::testing {
namespace {

using reconcile::BuildStage;
using reconcile::BuildStatus;
using reconcile::Instant;
using reconcile::SeenBuild;

Instant at(int second) {
  return Instant(std::chrono::sys_seconds(1'000'000s + std::chrono::seconds(second)));
}

/// Workspaces a, b, … whose builds of ours are under way and end.
class TimeBuilds : public CycleParts {
 protected:
  TimeBuilds() {
    memory_.limits.timings_after = 0s;
    coder_.timed = {{BuildStage::apply, at(4), at(50)}, {BuildStage::connect, at(61), at(66)}};
  }
  /// One cycle that sees the builds of that many workspaces so.
  void cycle(std::size_t workspaces, BuildStatus status) {
    for (std::size_t i = 0; i < workspaces; ++i) {
      const std::string name(1, static_cast<char>('a' + i));
      reads(a_spec("alice", name),
            a_live(static_cast<std::uint32_t>(i + 1), "alice", name).with([&](LiveWorkspace& row) {
              row.build.status = status;
              row.build.transition = reconcile::Transition::start;
              row.build.reason = reconcile::BuildReason::initiator;
              row.build.initiator = a_user_id(9);
              row.build.created = at(0);
              row.build.completed = row.build.active() ? Instant() : at(60);
            }));
    }
    reconcile::CycleFacts facts = state().facts();
    facts.me = a_user_id(9);
    facts.ended = clock_.now();
    memory_.remembered.builds.observe(facts);
    memory_.remembered.seen_builds.observe(facts, memory_.remembered.builds);
    auto all = timed(state());
    EXPECT_TRUE(run_coroutine(std::move(all)));
    next_cycle();
  }
  static coder::awaitable<bool> timed(reconcile::CycleState& state) {
    auto all = reconcile::time_builds(state);
    co_await std::move(all);
    co_return true;
  }
};

TEST_F(TimeBuilds, AreReadOnceForEachThatHasEnded) {
  cycle(2, BuildStatus::starting);
  EXPECT_EQ(coder_.count("timings"), 0U);
  cycle(2, BuildStatus::running);
  EXPECT_EQ(observer_.ended, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(observer_.timed, observer_.ended);
  EXPECT_EQ(time_of(observer_.last.stages, BuildStage::queue), 4s);
  EXPECT_EQ(time_of(observer_.last.stages, BuildStage::apply), 46s);
  for (int i = 0; i < 3; ++i) cycle(2, BuildStatus::running);
  EXPECT_EQ(coder_.count("timings"), 2U);
  EXPECT_EQ(observer_.ended.size(), 2U);
}

TEST_F(TimeBuilds, AFewACycle) {
  cycle(26, BuildStatus::starting);
  cycle(26, BuildStatus::running);
  EXPECT_EQ(observer_.ended.size(), 26U);
  EXPECT_EQ(coder_.count("timings"), 20U);
  cycle(26, BuildStatus::running);
  EXPECT_EQ(coder_.count("timings"), 26U);
}

TEST_F(TimeBuilds, AgentsHaveTimeToConnect) {
  memory_.limits.timings_after = 25s;
  cycle(1, BuildStatus::starting);
  cycle(1, BuildStatus::running);
  EXPECT_EQ(observer_.ended.size(), 1U) << "that is told at once";
  cycle(1, BuildStatus::running);
  cycle(1, BuildStatus::running);
  EXPECT_EQ(coder_.count("timings"), 0U) << "20 s later";
  cycle(1, BuildStatus::running);
  EXPECT_EQ(coder_.count("timings"), 1U);
}

TEST_F(TimeBuilds, AStartScriptThatTakesItsTimeIsToldOfLater) {
  memory_.limits.timings_again = 15s;
  cycle(1, BuildStatus::starting);
  cycle(1, BuildStatus::running);
  ASSERT_EQ(observer_.timed.size(), 1U);
  EXPECT_EQ(time_of(observer_.fresh, BuildStage::start), std::nullopt);
  coder_.timed.push_back({BuildStage::start, at(66), at(366)});
  for (int i = 0; i < 5; ++i) cycle(1, BuildStatus::running);
  ASSERT_EQ(observer_.timed.size(), 2U);
  EXPECT_EQ(time_of(observer_.fresh, BuildStage::start), 300s);
  EXPECT_EQ(time_of(observer_.fresh, BuildStage::apply), std::nullopt) << "that was told";
  EXPECT_EQ(time_of(observer_.last.stages, BuildStage::apply), 46s) << "and is still known";
}

TEST_F(TimeBuilds, AFailureIsQuietAndNotAskedAgain) {
  const auto fail_one = [&](ApiFault fault) {
    observer_ = Told();
    coder_.fail("timings", fault);
    const std::size_t before = coder_.count("timings");
    cycle(2, BuildStatus::starting);
    cycle(2, BuildStatus::running);
    const std::size_t asked = coder_.count("timings") - before;
    EXPECT_EQ(observer_.ended.size(), 2U);
    EXPECT_EQ(observer_.timed.size(), asked - 1);
    cycle(2, BuildStatus::running);
    EXPECT_EQ(coder_.count("timings"), before + asked);
    memory_.remembered.seen_builds = {};
    return asked;
  };
  for (const ApiFault away : {ApiFault::unauthorized, ApiFault::timeout})
    EXPECT_EQ(fail_one(away), 1U) << "the next would fail too";
  for (const ApiFault of_one : {ApiFault::server, ApiFault::not_found})
    EXPECT_EQ(fail_one(of_one), 2U) << "what fails for one is tried for the next";
}

TEST_F(TimeBuilds, WhereCoderKnowsNothingNothingIsTold) {
  coder_.timed.clear();
  cycle(1, BuildStatus::starting);
  cycle(1, BuildStatus::failed);
  EXPECT_EQ(observer_.ended.size(), 1U);
  EXPECT_TRUE(observer_.timed.empty());
}

TEST_F(TimeBuilds, NothingIsAskedOfACoderThatDoesNotAnswer) {
  cycle(1, BuildStatus::starting);
  state().stopped_by = ApiError(ApiFault::timeout, "no answer");
  cycle(1, BuildStatus::running);
  EXPECT_EQ(coder_.count("timings"), 0U);
  EXPECT_EQ(observer_.ended.size(), 1U);
}

}  // namespace
}  // namespace cr::testing
