#include "reconcile/memory/seen_builds.h"

#include <gtest/gtest.h>

#include <chrono>

#include "tests/unit/reconcile/memory/cycle_builder.h"

namespace cr::reconcile {
namespace {

using namespace cr::testing;
using namespace std::chrono_literals;

class SeenBuildsTest : public ::testing::Test {
 protected:
  static LiveWorkspace with(std::uint32_t number, BuildStatus status, std::uint32_t by = kMe,
                            Transition transition = Transition::start) {
    LiveWorkspace live = a_live_dev();
    live.build = a_build(number, transition, status, by);
    live.build.created = Instant(std::chrono::sys_seconds(1'000s));
    if (!live.build.active()) live.build.completed = Instant(std::chrono::sys_seconds(1'060s));
    return live;
  }
  void observe(CycleBuilder& cycle) {
    cycle.now = now;
    own.observe(cycle.facts());
    builds.observe(cycle.facts(), own);
    now += 10s;
  }
  void reads(const LiveWorkspace& live) {
    CycleBuilder cycle;
    cycle.add(spec).reads(live);
    observe(cycle);
  }
  [[nodiscard]] std::size_t ended() const { return builds.just_ended().size(); }

  async::SteadyTime now{};
  OwnBuilds own;
  SeenBuilds builds;
  specs::WorkspaceSpec spec = a_spec().dormant(true);
};

TEST_F(SeenBuildsTest, AreInFlightUntilAReadShowsTheirEnd) {
  const LiveWorkspace ours = with(2, BuildStatus::starting);
  const std::vector<OwnBuild> one{{ours.id, ours.build.id}};
  reads(ours);
  EXPECT_EQ(builds.in_flight(), one);
  {
    CycleBuilder cycle;
    cycle.add(spec).known_as(ours.id).is_not_read();
    observe(cycle);
    EXPECT_EQ(builds.in_flight(), one) << "what could not be read may still be under way";
  }
  EXPECT_EQ(ended(), 0U);
  reads(with(2, BuildStatus::running));
  EXPECT_TRUE(builds.in_flight().empty());
  reads(with(3, BuildStatus::starting, kSomebody));
  EXPECT_TRUE(builds.in_flight().empty()) << "somebody else's";
  CycleBuilder cycle;
  cycle.add(spec).reads(with(2, BuildStatus::stopped)).is_seen_as(ours);
  observe(cycle);
  EXPECT_EQ(builds.in_flight(), one) << "as the read back shows it";
}

TEST_F(SeenBuildsTest, AnEndIsSeenOnce) {
  reads(with(2, BuildStatus::running));
  EXPECT_EQ(ended(), 0U) << "one that was over before we looked is nothing new";
  reads(with(3, BuildStatus::starting));
  reads(with(3, BuildStatus::failed));
  ASSERT_EQ(ended(), 1U);
  EXPECT_EQ(builds.just_ended()[0].build->status, BuildStatus::failed);
  EXPECT_EQ(builds.just_ended()[0].workspace, (Identity{"alice", "dev"}));
  reads(with(3, BuildStatus::failed));
  EXPECT_EQ(ended(), 0U);
  ASSERT_TRUE(builds.of({"alice", "dev"}));
  reads(with(4, BuildStatus::running, kSomebody));
  EXPECT_EQ(ended(), 0U);
  EXPECT_FALSE(builds.of({"alice", "dev"})) << "another one has followed";
}

TEST_F(SeenBuildsTest, OneMayBeginAndEndWithinACycle) {
  CycleBuilder cycle;
  const LiveWorkspace stopped = with(3, BuildStatus::stopped, kMe, Transition::stop);
  cycle.add(spec)
      .reads(with(2, BuildStatus::running, kSomebody))
      .starts(StopWorkspace{{"alice", "dev"}, stopped.id},
              with(3, BuildStatus::pending, kMe, Transition::stop).build)
      .is_seen_as(stopped);
  observe(cycle);
  EXPECT_EQ(ended(), 1U);
}

TEST_F(SeenBuildsTest, OneThatNoReadHasShownIsInFlightAndItsEndIsSeen) {
  const LiveWorkspace queued = with(3, BuildStatus::pending, kMe, Transition::stop);
  CycleBuilder cycle;
  cycle.add(spec)
      .reads(with(2, BuildStatus::running, kSomebody))
      .starts(StopWorkspace{{"alice", "dev"}, queued.id}, queued.build);
  observe(cycle);
  EXPECT_EQ(builds.in_flight(), (std::vector<OwnBuild>{{queued.id, queued.build.id}}));
  EXPECT_EQ(ended(), 0U);
  reads(with(3, BuildStatus::stopped, kMe, Transition::stop));
  EXPECT_EQ(ended(), 1U) << "over before the next cycle";
  EXPECT_TRUE(builds.in_flight().empty());
}

TEST_F(SeenBuildsTest, AStatusThatIsNotKnownIsNoEnd) {
  reads(with(3, BuildStatus::starting));
  reads(with(3, BuildStatus::unknown));
  EXPECT_EQ(ended(), 0U);
  reads(with(3, BuildStatus::running));
  EXPECT_EQ(ended(), 1U);
}

TEST_F(SeenBuildsTest, WhatIsNoLongerDeclaredIsForgotten) {
  reads(with(3, BuildStatus::starting));
  CycleBuilder nothing;
  observe(nothing);
  EXPECT_TRUE(builds.in_flight().empty());
  EXPECT_EQ(ended(), 0U);
}

TEST_F(SeenBuildsTest, TimesAreAskedForOnceAndNotTooSoon) {
  reads(with(3, BuildStatus::starting));
  const async::SteadyTime seen = now;
  reads(with(3, BuildStatus::running));
  const SeenBuilds::AskAfter after{.first = 20s, .again = 60s};
  EXPECT_TRUE(builds.take_untimed(seen + 19s, after, 9).empty());
  EXPECT_TRUE(builds.take_untimed(seen + 20s, after, 0).empty());
  const auto due = builds.take_untimed(seen + 20s, after, 9);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_TRUE(builds.take_untimed(seen + 20s, after, 9).empty());
  StageTimes times;
  times[0] = 7s;
  ASSERT_TRUE(builds.set_times(due[0], times));
  EXPECT_EQ(builds.of({"alice", "dev"})->stages, times);
  reads(with(3, BuildStatus::running));
  EXPECT_EQ(builds.of({"alice", "dev"})->stages, times) << "they stay";
  reads(with(4, BuildStatus::starting));
  EXPECT_FALSE(builds.set_times(due[0], times)) << "of another build by now";
  EXPECT_EQ(builds.of({"alice", "dev"})->stages, StageTimes{});
}

TEST_F(SeenBuildsTest, TimesAreAskedForOnceMoreWhereAgentsWereNotReady) {
  const SeenBuilds::AskAfter after{.first = 20s, .again = 60s};
  /// How often they are asked for of a build that ends so, when the first answer has these stages.
  const auto asked = [&](BuildStatus status, std::initializer_list<BuildStage> stages) {
    builds = {};
    reads(with(3, BuildStatus::starting));
    const async::SteadyTime seen = now;
    reads(with(3, status));
    const auto first = builds.take_untimed(seen + 20s, after, 9);
    if (first.size() != 1) return first.size();
    StageTimes times;
    for (const BuildStage stage : stages) times[static_cast<std::size_t>(stage)] = 7s;
    builds.set_times(first[0], times);
    EXPECT_TRUE(builds.take_untimed(seen + 59s, after, 9).empty());
    const std::size_t again = builds.take_untimed(seen + 60s, after, 9).size();
    EXPECT_TRUE(builds.take_untimed(seen + 24h, after, 9).empty());
    return 1 + again;
  };
  using enum BuildStage;
  EXPECT_EQ(asked(BuildStatus::running, {apply, start, connect}), 1U);
  EXPECT_EQ(asked(BuildStatus::running, {apply, connect}), 2U) << "a script that takes its time";
  EXPECT_EQ(asked(BuildStatus::running, {apply, start}), 2U);
  EXPECT_EQ(asked(BuildStatus::running, {}), 2U);
  EXPECT_EQ(asked(BuildStatus::failed, {apply}), 1U) << "nothing runs that could have agents";
  EXPECT_EQ(asked(BuildStatus::stopped, {apply}), 1U);
}

TEST_F(SeenBuildsTest, OfThoseThatHaveEndedTheLastThousandAreKept) {
  const auto cycle_of = [&](BuildStatus status, std::uint32_t from) {
    CycleBuilder cycle;
    for (std::uint32_t i = from; i < from + 600; ++i) {
      LiveWorkspace live = with(i, status);
      live.name = std::to_string(10'000 + i);
      live.id = an_id<WorkspaceId>(10'000 + i);
      cycle.add(a_spec("alice", live.name)).reads(live);
    }
    if (from > 0) {
      for (std::uint32_t i = 0; i < 600; ++i) {
        LiveWorkspace live = with(i, BuildStatus::running);
        live.name = std::to_string(20'000 + i);
        cycle.add(a_spec("alice", live.name)).reads(live);
      }
    }
    observe(cycle);
  };
  cycle_of(BuildStatus::starting, 0);
  cycle_of(BuildStatus::running, 0);
  EXPECT_EQ(ended(), 600U);
  const SeenBuilds::AskAfter at_once{.first = 0s, .again = 60s};
  EXPECT_EQ(builds.take_untimed(now, at_once, 20).size(), 20U);
  EXPECT_EQ(builds.take_untimed(now, at_once, 10'000).size(), 580U);
}

}  // namespace
}  // namespace cr::reconcile
