#include "reconcile/model/build_stage.h"

#include <gtest/gtest.h>

#include <vector>

namespace cr::reconcile {
namespace {

using namespace std::chrono_literals;
using enum BuildStage;

Instant at(int second) {
  return Instant(std::chrono::sys_seconds(1'000'000s + std::chrono::seconds(second)));
}

StageTimes times_of(const std::vector<TimedSpan>& spans) {
  return stage_times(spans, at(0), at(60));
}

TEST(StageTimesOf, AStageLastsFromItsFirstBeginningToItsLastEnd) {
  const StageTimes times = times_of({{apply, at(20), at(40)},
                                     {apply, at(15), at(22)},
                                     {apply, at(30), at(55)},
                                     {init, at(5), at(8)},
                                     {start, at(61), at(90)},
                                     {connect, at(58), at(66)}});
  EXPECT_EQ(time_of(times, queue), 5s) << "until the first thing that a provisioner did";
  EXPECT_EQ(time_of(times, init), 3s);
  EXPECT_EQ(time_of(times, plan), std::nullopt);
  EXPECT_EQ(time_of(times, graph), std::nullopt);
  EXPECT_EQ(time_of(times, apply), 40s);
  EXPECT_EQ(time_of(times, start), 29s);
  EXPECT_EQ(time_of(times, connect), 8s);
}

TEST(StageTimesOf, WhatBeganBeforeTheBuildIsNotOfIt) {
  const StageTimes times = times_of({{apply, at(-500), at(-400)}, {connect, at(-390), at(30)}});
  EXPECT_EQ(times, StageTimes{});
}

TEST(StageTimesOf, NothingIsKnownWhereAnotherBuildHasFollowed) {
  EXPECT_EQ(times_of({{init, at(5), at(8)}, {plan, at(70), at(80)}}), StageTimes{});
  EXPECT_NE(times_of({{init, at(5), at(8)}, {connect, at(70), at(80)}}), StageTimes{})
      << "agents come when the build is over";
}

TEST(StageTimesOf, WhatHasNotEndedSaysNothing) {
  // An agent that has not connected ends in the year 1.
  EXPECT_EQ(times_of({{connect, at(61), Instant(std::chrono::sys_seconds(-62'135'596'800s))}}), StageTimes{});
  EXPECT_EQ(times_of({{connect, at(61), Instant()}, {start, Instant(), at(70)}}), StageTimes{});
  EXPECT_EQ(times_of({}), StageTimes{});
}

TEST(StageTimesOf, AgentsAloneTellNothingOfTheQueue) {
  EXPECT_EQ(time_of(times_of({{start, at(61), at(70)}}), queue), std::nullopt);
}

}  // namespace
}  // namespace cr::reconcile
