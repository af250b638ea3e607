#include "reconcile/memory/own_builds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/reconcile/memory/cycle_builder.h"

namespace cr::reconcile {
namespace {

using namespace cr::testing;

/// One workspace, alice/dev, through cycles.
class OwnBuildsTest : public ::testing::Test {
 protected:
  /// How many tries have failed when a cycle reads this latest build.
  std::optional<std::uint32_t> reads(const LiveBuild& build) {
    LiveWorkspace live = a_live_dev();
    live.build = build;
    CycleBuilder cycle;
    auto one = cycle.add(spec).reads(live);
    const auto tries = builds.failed_tries(one.facts(), cycle.me);
    EXPECT_EQ(builds.failed_tries(one.facts(), cycle.me), tries) << "asking remembers nothing";
    builds.observe(cycle.facts());
    return tries;
  }
  std::optional<std::uint32_t> reads(std::uint32_t number, Transition transition, BuildStatus status) {
    return reads(a_build(number, transition, status, kMe));
  }

  OwnBuilds builds;
  specs::WorkspaceSpec spec = a_spec().dormant(true);
};

TEST_F(OwnBuildsTest, CountEachFailedBuildOnce) {
  EXPECT_EQ(reads(9, Transition::stop, BuildStatus::failed), 1U);
  EXPECT_EQ(reads(9, Transition::stop, BuildStatus::failed), 1U) << "seen again in the next cycle";
  EXPECT_EQ(reads(10, Transition::stop, BuildStatus::failed), 2U);
}

TEST_F(OwnBuildsTest, AfterARestartAStartCountsAsItsNumber) {
  EXPECT_EQ(reads(4, Transition::start, BuildStatus::failed), 4U);
}

TEST_F(OwnBuildsTest, BeginAnewWhenTheSpecChanges) {
  EXPECT_EQ(reads(4, Transition::start, BuildStatus::failed), 4U);
  spec = a_spec().ttl(8h);
  EXPECT_EQ(reads(4, Transition::start, BuildStatus::failed), 0U);
  EXPECT_EQ(reads(5, Transition::start, BuildStatus::canceled), 1U);
}

TEST_F(OwnBuildsTest, BeginAnewAfterABuildThatEndedWellAndNotWhileOneIsUnderWay) {
  EXPECT_EQ(reads(9, Transition::stop, BuildStatus::failed), 1U);
  EXPECT_EQ(reads(10, Transition::stop, BuildStatus::stopping), std::nullopt);
  EXPECT_EQ(builds.failed(), 1U) << "it may be the retry whose end is still to be counted";
  EXPECT_EQ(reads(10, Transition::stop, BuildStatus::stopped), std::nullopt);
  EXPECT_EQ(builds.failed(), 0U);
  EXPECT_EQ(reads(11, Transition::stop, BuildStatus::failed), 1U);
  builds.observe(CycleBuilder().facts());
  EXPECT_EQ(builds.failed(), 0U) << "no longer declared";
}

TEST_F(OwnBuildsTest, BeginAnewWithAnotherKindOfBuild) {
  EXPECT_EQ(reads(9, Transition::stop, BuildStatus::failed), 1U);
  EXPECT_EQ(reads(10, Transition::stop, BuildStatus::failed), 2U);
  EXPECT_EQ(reads(11, Transition::start, BuildStatus::failed), 11U);
}

TEST_F(OwnBuildsTest, AreNotCountedWhileWeDoNotKnowWhoWeAre) {
  LiveWorkspace live = a_live_dev();
  live.build = a_build(9, Transition::stop, BuildStatus::failed, kMe);
  CycleBuilder cycle;
  cycle.me.reset();
  auto one = cycle.add(spec).reads(live);
  EXPECT_EQ(builds.failed_tries(one.facts(), cycle.me), std::nullopt);
}

TEST_F(OwnBuildsTest, AreKeptWhileTheWorkspaceIsNotComparedOrNotRead) {
  EXPECT_EQ(reads(9, Transition::stop, BuildStatus::failed), 1U);
  CycleBuilder excluded;
  excluded.add(spec).reads(a_live_dev()).is_excluded();
  builds.observe(excluded.facts());
  CycleBuilder unread;
  unread.add(spec).is_not_read();
  builds.observe(unread.facts());
  EXPECT_EQ(builds.failed(), 1U);
  EXPECT_EQ(reads(10, Transition::stop, BuildStatus::failed), 2U);
}

TEST_F(OwnBuildsTest, AreForgottenWithTheirDeclaration) {
  CycleBuilder before;
  before.add(spec)
      .reads(a_live_dev())
      .starts(StopWorkspace{{"alice", "dev"}, a_live_dev().id},
              a_build(2, Transition::stop, BuildStatus::pending, kMe));
  builds.observe(before.facts());
  builds.observe(CycleBuilder().facts());
  CycleBuilder again;
  again.add(spec).is_not_read();
  EXPECT_EQ(builds.under_way(again.facts()), 0U);
}

TEST_F(OwnBuildsTest, AreNotThoseOfOthers) {
  EXPECT_EQ(reads(a_build(9, Transition::stop, BuildStatus::failed, kSomebody)), std::nullopt);
}

// What a cycle can show of a workspace whose build we queued in the cycle before, and whether it still
// counts.
TEST_F(OwnBuildsTest, AreUnderWayUntilAReadShowsTheirEnd) {
  struct Row {
    const char* what;
    std::function<void(CycleBuilder::One&)> shape;
    std::size_t under_way;
    std::size_t afterwards;  ///< with a read that fails
  };
  const LiveBuild stop = a_build(2, Transition::stop, BuildStatus::pending, kMe);
  LiveWorkspace stopping = a_live_dev();
  stopping.build = a_build(2, Transition::stop, BuildStatus::stopping, kSomebody);
  LiveWorkspace followed = a_live_dev();
  followed.build = a_build(3, Transition::start, BuildStatus::starting, kSomebody);
  const Row rows[] = {
      {"not read", [](auto& one) { one.is_not_read(); }, 1, 1},
      {"under way, whoever it says began it", [&](auto& one) { one.reads(stopping); }, 1, 1},
      {"followed by somebody else's", [&](auto& one) { one.reads(followed); }, 0, 0},
      {"ended", [](auto& one) { one.reads(a_live_dev()); }, 0, 0},
      {"gone", [](auto& one) { one.is_absent(); }, 0, 0},
  };
  for (const Row& row : rows) {
    builds = {};
    CycleBuilder before;
    before.add(spec).reads(a_live_dev()).starts(StopWorkspace{{"alice", "dev"}, a_live_dev().id}, stop);
    builds.observe(before.facts());
    CycleBuilder cycle;
    auto one = cycle.add(spec);
    row.shape(one);
    EXPECT_EQ(builds.under_way(cycle.facts()), row.under_way) << row.what;
    builds.observe(cycle.facts());
    CycleBuilder after;
    after.add(spec).is_not_read();
    EXPECT_EQ(builds.under_way(after.facts()), row.afterwards) << row.what;
  }
}

TEST_F(OwnBuildsTest, CountEveryActiveBuildWhileWeDoNotKnowWhoWeAre) {
  LiveWorkspace live = a_live_dev();
  live.build = a_build(2, Transition::start, BuildStatus::starting, kSomebody);
  CycleBuilder cycle;
  cycle.add(spec).reads(live);
  EXPECT_EQ(builds.under_way(cycle.facts()), 0U);
  cycle.me.reset();
  EXPECT_EQ(builds.under_way(cycle.facts()), 1U);
}

TEST_F(OwnBuildsTest, WhatCoderBeganByItselfIsNoneOfOurs) {
  LiveWorkspace live = a_live_dev();
  live.build = a_build(2, Transition::start, BuildStatus::starting, kMe);
  const auto is_ours = [&](BuildReason reason, std::optional<UserId> me) {
    live.build.reason = reason;
    CycleBuilder cycle;
    return builds.is_ours(cycle.add(spec).reads(live).facts(), me);
  };
  const UserId me = a_user_id(kMe);
  EXPECT_TRUE(is_ours(BuildReason::initiator, me)) << "of an earlier process";
  for (const BuildReason reason : {BuildReason::autostart, BuildReason::autostop, BuildReason::dormancy,
                                   BuildReason::autodelete, BuildReason::client, BuildReason::unknown})
    EXPECT_FALSE(is_ours(reason, me));
  EXPECT_FALSE(is_ours(BuildReason::initiator, a_user_id(kSomebody)));
  EXPECT_FALSE(is_ours(BuildReason::initiator, std::nullopt));
}

TEST_F(OwnBuildsTest, WhatWeQueuedIsOursWhateverCoderSaysOfIt) {
  LiveWorkspace live = a_live_dev();
  live.build = a_build(2, Transition::stop, BuildStatus::stopping, kSomebody);
  CycleBuilder before;
  before.add(spec).reads(a_live_dev()).starts(StopWorkspace{{"alice", "dev"}, live.id}, live.build);
  builds.observe(before.facts());
  CycleBuilder cycle;
  EXPECT_TRUE(builds.is_ours(cycle.add(spec).reads(live).facts(), std::nullopt));
  live.build.id = a_build(3, Transition::stop, BuildStatus::stopping, kSomebody).id;
  CycleBuilder other;
  EXPECT_FALSE(builds.is_ours(other.add(spec).reads(live).facts(), std::nullopt));
}

TEST_F(OwnBuildsTest, AWorkspaceThatIsFoundInPlaceOfACreateHasABuildOfSomebody) {
  LiveWorkspace live = a_live_dev();
  live.build = a_build(1, Transition::start, BuildStatus::starting, kSomebody);
  CycleBuilder cycle;
  auto one = cycle.add(spec).is_absent().did(CreateWorkspace{{"alice", "dev"}, {}, {}}).is_seen_as(live);
  builds.observe(cycle.facts());
  EXPECT_FALSE(builds.is_ours(one.facts(), a_user_id(kMe)));
}

}  // namespace
}  // namespace cr::reconcile
