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
      .did(StopWorkspace{{"alice", "dev"}, stopped.id})
      .is_seen_as(stopped);
  observe(cycle);
  EXPECT_EQ(ended(), 1U);
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
  EXPECT_TRUE(builds.take_untimed(seen - 1s, 9).empty());
  EXPECT_TRUE(builds.take_untimed(seen, 0).empty());
  const auto due = builds.take_untimed(seen, 9);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_TRUE(builds.take_untimed(seen, 9).empty());
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
  EXPECT_EQ(builds.take_untimed(now, 20).size(), 20U);
  EXPECT_EQ(builds.take_untimed(now, 10'000).size(), 580U);
}

}  // namespace
}  // namespace cr::reconcile
