#include "reconcile/read/read_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "targets.h"

namespace cr::reconcile {
namespace {

using cr::testing::known;
using cr::testing::many_unknown;
using cr::testing::unknown;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::VariantWith;

ReadState state_of(std::vector<Target> targets) {
  ReadState state;
  state.targets = std::move(targets);
  return state;
}

std::vector<Target> many_known(std::uint32_t count) {
  std::vector<Target> targets = many_unknown(count, 10);
  for (std::uint32_t i = 0; i < count; ++i) {
    targets[i].id = cr::testing::a_workspace_id(i + 1);
    targets[i].stage = Stage::by_id;
  }
  return targets;
}

TEST(ReadPlan, NothingDeclaredAsksNothing) {
  EXPECT_THAT(plan_reads(state_of({})), IsEmpty());
}

TEST(ReadPlan, WhatIsSettledIsNotAskedAgain) {
  Target target = unknown("alice", "dev");
  target.stage = Stage::settled;
  EXPECT_THAT(plan_reads(state_of({target})), IsEmpty());
}

TEST(ReadPlan, KnownIdsGoInBatchesOf150) {
  const std::vector<Query> queries = plan_reads(state_of(many_known(301)));
  ASSERT_THAT(queries, SizeIs(3));
  EXPECT_THAT(std::get<ReadIds>(queries[0]).targets, SizeIs(150));
  EXPECT_THAT(std::get<ReadIds>(queries[1]).targets, SizeIs(150));
  EXPECT_THAT(std::get<ReadIds>(queries[2]).targets, ElementsAre(300));
}

TEST(ReadPlan, TheNumberOfBatchesDoesNotDependOnTheFleet) {
  ReadState state = state_of(many_known(301));
  state.costs.fleet = 1'000'000;
  EXPECT_THAT(plan_reads(state), SizeIs(3));
}

TEST(ReadPlan, BatchesShrinkToWhatTheWayAllows) {
  ReadState state = state_of(many_known(10));
  state.costs.ids_per_request = 4;
  EXPECT_THAT(plan_reads(state), ElementsAre(ReadIds{{0, 1, 2, 3}}, ReadIds{{4, 5, 6, 7}}, ReadIds{{8, 9}}));
}

TEST(ReadPlan, OneUnknownIsLookedUpByName) {
  EXPECT_THAT(plan_reads(state_of({unknown("alice", "dev")})), ElementsAre(ReadName{0}));
}

TEST(ReadPlan, SeveralOfOneOwnerAreReadByOwner) {
  const std::vector<Target> targets = {unknown("alice", "a"), unknown("alice", "b"), unknown("alice", "c"),
                                       unknown("bob", "a")};
  const std::vector<Query> queries = plan_reads(state_of(targets));
  EXPECT_THAT(queries, ElementsAre(ReadOwner{"alice", {0, 1, 2}}, ReadName{3}));
}

TEST(ReadPlan, AnOwnerThatIsGivenAsUuidIsReadByName) {
  std::vector<Target> targets = {unknown("7a3b5c1e-0000-4000-8000-000000000001", "a"),
                                 unknown("7a3b5c1e-0000-4000-8000-000000000001", "b"),
                                 unknown("7a3b5c1e-0000-4000-8000-000000000001", "c")};
  for (Target& target : targets) target.owner_is_uuid = true;
  EXPECT_THAT(plan_reads(state_of(targets)), ElementsAre(ReadName{0}, ReadName{1}, ReadName{2}));
}

TEST(ReadPlan, FewAreNotWorthAPageOfAFleetThatMayBeLarge) {
  EXPECT_THAT(plan_reads(state_of(many_unknown(100, 5))), Each(VariantWith<ReadOwner>(::testing::_)));
}

TEST(ReadPlan, AllOfASmallFleetIsOnePage) {
  ReadState state = state_of(many_unknown(100, 2));
  state.costs.fleet = 100;
  EXPECT_THAT(plan_reads(state), ElementsAre(ReadPage{0, 500}));
}

TEST(ReadPlan, WhereMostOfTheFleetIsDeclaredTheFirstPageIsAskedAlone) {
  EXPECT_THAT(plan_reads(state_of(many_unknown(5'000, 2))), ElementsAre(ReadPage{0, 500}));
}

TEST(ReadPlan, PagesGoOnWhereTheFleetIsNotMuchLargerThanWhatIsDeclared) {
  ReadState state = state_of(many_unknown(5'000, 2));
  state.pages.count = 6'000;
  state.pages.next_offset = 500;
  const std::vector<Query> queries = plan_reads(state);
  EXPECT_THAT(queries, SizeIs(::testing::Ge(2U)));
  EXPECT_THAT(queries, Each(VariantWith<ReadPage>(::testing::_)));
  EXPECT_EQ(queries.front(), Query(ReadPage{500, 500}));
}

TEST(ReadPlan, ALargeFleetTurnsTheChoiceToOwners) {
  ReadState state = state_of(many_unknown(5'000, 10));
  state.pages.count = 1'000'000;
  state.pages.next_offset = 500;
  const std::vector<Query> queries = plan_reads(state);
  EXPECT_THAT(queries, AllOf(SizeIs(500), Each(VariantWith<ReadOwner>(::testing::_))));
}

TEST(ReadPlan, ALargeFleetTurnsTheChoiceToNamesWhereOwnersHaveOneEach) {
  ReadState state = state_of(many_unknown(5'000, 1));
  state.pages.count = 1'000'000;
  state.pages.next_offset = 500;
  EXPECT_THAT(plan_reads(state), AllOf(SizeIs(5'000), Each(VariantWith<ReadName>(::testing::_))));
}

TEST(ReadPlan, AFewOutOfALargeFleetNeverCostAPage) {
  ReadState state = state_of(many_unknown(5, 1));
  state.costs.fleet = 100'000;
  EXPECT_THAT(plan_reads(state), Each(VariantWith<ReadName>(::testing::_)));
}

TEST(ReadPlan, MeasuredCostsTurnTheChoice) {
  ReadState state = state_of(many_unknown(5'000, 2));
  state.costs.page_factor = 100;
  EXPECT_THAT(plan_reads(state), Each(VariantWith<ReadOwner>(::testing::_)));
  state.costs.owner_factor = 10;
  EXPECT_THAT(plan_reads(state), Each(VariantWith<ReadName>(::testing::_)));
}

TEST(ReadPlan, APageIsNeverWithoutALimit) {
  ReadState state = state_of(many_unknown(50'000, 3));
  for (std::uint64_t offset = 0; offset < 50'000; offset += 500) {
    for (const Query& query : plan_reads(state)) EXPECT_EQ(std::get<ReadPage>(query).limit, 500U);
    state.pages.count = 50'000;
    state.pages.next_offset = offset;
  }
}

TEST(ReadPlan, WhenPagesAreOverTheRestIsAskedDirectly) {
  ReadState state = state_of(many_unknown(5'000, 1));
  state.pages.over = true;
  EXPECT_THAT(plan_reads(state), AllOf(SizeIs(5'000), Each(VariantWith<ReadName>(::testing::_))));
}

TEST(ReadPlan, KnownAndUnknownOnesAreAskedInOneRound) {
  EXPECT_THAT(plan_reads(state_of({known(1, "alice", "a"), unknown("alice", "b")})),
              ElementsAre(ReadIds{{0}}, ReadName{1}));
}

TEST(ReadPlan, WhateverRoomItIsMadeInThePlanIsTheSame) {
  std::vector<Target> targets = many_known(301);
  targets.push_back(unknown("zoe", "dev"));
  const ReadState state = state_of(std::move(targets));
  const std::vector<Query> fresh = plan_reads(state);
  std::vector<Query> fewer;
  fewer.emplace_back(std::in_place_type<ReadName>, ReadName{7});
  fewer.emplace_back(std::in_place_type<ReadIds>, ReadIds{{1, 2, 3}});
  EXPECT_EQ(plan_reads(state, fewer), fresh);
  EXPECT_EQ(plan_reads(state, std::vector<Query>(10)), fresh);
  EXPECT_THAT(plan_reads(state_of({}), fresh), IsEmpty());
}

}  // namespace
}  // namespace cr::reconcile
