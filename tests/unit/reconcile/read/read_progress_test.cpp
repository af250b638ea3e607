#include "reconcile/read/read_progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "targets.h"

namespace cr::reconcile {
namespace {

using coder::ApiError;
using coder::ApiFault;
using cr::testing::a_live;
using cr::testing::known;
using cr::testing::unknown;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

coder::ApiResult<Answer> rows(std::vector<LiveWorkspace> of, std::optional<std::uint64_t> count = {}) {
  coder::WorkspaceRows reply;
  reply.count = count.value_or(of.size());
  reply.rows = std::move(of);
  return Answer(std::move(reply));
}
coder::ApiResult<Answer> one(std::optional<LiveWorkspace> row) {
  return Answer(coder::NameLook{std::move(row)});
}

/// Two declared workspaces that only pages can be asked for.
ReadProgress two_by_pages() {
  ReadCosts costs;
  costs.name_factor = costs.owner_factor = 100'000;
  costs.rows_per_page = 2;
  return {{unknown("alice", "dev"), unknown("bob", "dev")}, costs};
}

const ReadPage kFirstPage{0, 2};
const ReadPage kSecondPage{2, 2};

/// The same page of the pass that follows one which did not add up.
ReadPage again(ReadPage page) {
  page.pass = 1;
  return page;
}

TEST(ReadProgress, OwnerAndNameAreComparedWithoutRegardToCase) {
  ReadProgress progress({known(1, "alice", "dev")}, {});
  progress.record(ReadIds{{0}}, rows({a_live(1, "Alice", "DEV")}), {});
  EXPECT_THAT(plan_reads(progress.state()), IsEmpty());
  EXPECT_EQ(std::move(progress).finish().row(0)->name, "DEV");
}

TEST(ReadProgress, AKnownIdOfAnOwnerGivenAsUuidIsCheckedByOwnerId) {
  const LiveWorkspace row = a_live(1, "alice", "dev").owned_by(cr::testing::a_user_id(7));
  const LiveWorkspace handed_over = a_live(1, "alice", "dev").owned_by(cr::testing::a_user_id(8));
  Target by_uuid = known(1, row.owner_id.to_string(), "dev");
  by_uuid.owner_is_uuid = true;
  ReadProgress kept({by_uuid}, {});
  kept.record(ReadIds{{0}}, rows({row}), {});
  EXPECT_EQ(kept.state().targets[0].stage, Stage::settled);
  ReadProgress lost({by_uuid}, {});
  lost.record(ReadIds{{0}}, rows({handed_over}), {});
  EXPECT_EQ(lost.state().targets[0].stage, Stage::by_name);
}

// "Whatever a reply was asked for, each row of it that fits a declared workspace counts."
TEST(ReadProgress, ARowThatNobodyAskedForCountsAndAStrangersIsDropped) {
  ReadProgress progress({known(1, "alice", "a"), unknown("alice", "b")}, {});
  progress.record(ReadIds{{0}},
                  rows({a_live(7, "aaron", "x"), a_live(8, "zoe", "x"), a_live(2, "alice", "b"),
                        a_live(1, "alice", "a")}),
                  {});
  EXPECT_THAT(plan_reads(progress.state()), IsEmpty());
  const LiveState live = std::move(progress).finish();
  EXPECT_EQ(live.row(0)->id, cr::testing::a_workspace_id(1));
  EXPECT_EQ(live.row(1)->id, cr::testing::a_workspace_id(2));
}

TEST(ReadProgress, AnIdThatDoesNotComeBackIsLookedUpByName) {
  ReadProgress progress({known(1, "alice", "dev")}, {});
  progress.record(ReadIds{{0}}, rows({}), {});
  EXPECT_THAT(plan_reads(progress.state()), ElementsAre(ReadName{0}));
  progress.record(ReadName{0}, one(std::nullopt), {});
  EXPECT_EQ(std::move(progress).finish()[0], LiveEntry(Absent{.proven = true}));
}

TEST(ReadProgress, ARowUnderAnotherNameIsNotThatWorkspaceAnyMore) {
  ReadProgress progress({known(1, "alice", "dev")}, {});
  progress.record(ReadIds{{0}}, rows({a_live(1, "alice", "renamed")}), {});
  EXPECT_THAT(plan_reads(progress.state()), ElementsAre(ReadName{0}));
}

TEST(ReadProgress, ARenamedRowIsTheWorkspaceThatIsDeclaredUnderItsNewName) {
  ReadProgress progress({known(1, "alice", "dev"), unknown("alice", "new")}, {});
  progress.record(ReadIds{{0}}, rows({a_live(1, "alice", "new")}), {});
  EXPECT_EQ(progress.state().targets[1].stage, Stage::settled);
  EXPECT_THAT(plan_reads(progress.state()), ElementsAre(ReadName{0}));
}

TEST(ReadProgress, ManyIdsLostAtOnceAreFoundAsUnknownOnes) {
  std::vector<Target> targets;
  for (std::uint32_t i = 0; i < 200; ++i)
    targets.push_back(known(i + 1, "alice", "w" + std::to_string(1000 + i)));
  ReadProgress progress(targets, {});
  std::vector<TargetIndex> all(200);
  for (TargetIndex i = 0; i < 200; ++i) all[i] = i;
  progress.record(ReadIds{all}, rows({}), {});
  EXPECT_EQ(progress.state().targets[149].stage, Stage::by_name);
  EXPECT_EQ(progress.state().targets[150].stage, Stage::unknown);
}

TEST(ReadProgress, AnOwnersWholeListProvesNothingButSaysWhoIsThere) {
  ReadProgress progress({unknown("alice", "a"), unknown("alice", "b")}, {});
  progress.record(ReadOwner{"alice", {0, 1}}, rows({a_live(1, "alice", "a")}), {});
  const LiveState live = std::move(progress).finish();
  EXPECT_NE(live.row(0), nullptr);
  EXPECT_EQ(live[1], LiveEntry(Absent{.proven = false}));
}

TEST(ReadProgress, AnOwnersListWithWithheldRowsSendsTheRestToALookByName) {
  ReadProgress progress({unknown("alice", "a"), unknown("alice", "b")}, {});
  progress.record(ReadOwner{"alice", {0, 1}}, rows({a_live(1, "alice", "a")}, 2), {});
  EXPECT_THAT(plan_reads(progress.state()), ElementsAre(ReadName{1}));
}

TEST(ReadProgress, WholePagesSettleEverybody) {
  ReadProgress progress = two_by_pages();
  ASSERT_THAT(plan_reads(progress.state()), ElementsAre(kFirstPage));
  progress.record(kFirstPage, rows({a_live(1, "alice", "dev"), a_live(2, "carol", "x")}, 3), {});
  ASSERT_THAT(plan_reads(progress.state()), ElementsAre(kSecondPage));
  progress.record(kSecondPage, rows({a_live(3, "dora", "x")}, 3), {});
  EXPECT_THAT(plan_reads(progress.state()), IsEmpty());
  EXPECT_EQ(progress.counts(), (LiveReadCounts{.page = 1}));
  const LiveState live = std::move(progress).finish();
  EXPECT_NE(live.row(0), nullptr);
  EXPECT_EQ(live[1], LiveEntry(Absent{.proven = false}));
}

TEST(ReadProgress, ARowThatComesTwiceLeavesAnotherOutAndThePagesAreReadAgain) {
  ReadProgress progress = two_by_pages();
  progress.record(kFirstPage, rows({a_live(1, "alice", "dev"), a_live(2, "carol", "x")}, 3), {});
  progress.record(kSecondPage, rows({a_live(2, "carol", "x")}, 3), {});  // bob/dev slipped in front
  EXPECT_THAT(plan_reads(progress.state()), ElementsAre(again(kFirstPage)));
  progress.record(again(kFirstPage), rows({a_live(3, "bob", "dev"), a_live(1, "alice", "dev")}, 3), {});
  progress.record(again(kSecondPage), rows({a_live(2, "carol", "x")}, 3), {});
  EXPECT_THAT(plan_reads(progress.state()), IsEmpty());
  EXPECT_NE(std::move(progress).finish().row(1), nullptr);
}

TEST(ReadProgress, ACountThatChangesBetweenPagesIsATornRead) {
  ReadProgress progress = two_by_pages();
  progress.record(kFirstPage, rows({a_live(1, "alice", "dev"), a_live(2, "carol", "x")}, 3), {});
  progress.record(kSecondPage, rows({a_live(3, "dora", "x"), a_live(4, "emil", "x")}, 4), {});
  EXPECT_THAT(plan_reads(progress.state()), ElementsAre(again(kFirstPage)));
}

TEST(ReadProgress, ACountThatChangedTakesTheWholePassWithItThoughItIsAsBeforeLater) {
  ReadProgress progress = two_by_pages();
  progress.record(kFirstPage, rows({a_live(1, "alice", "dev"), a_live(2, "carol", "x")}, 5), {});
  progress.record(kSecondPage, rows({a_live(3, "dora", "x"), a_live(4, "emil", "x")}, 6), {});
  EXPECT_EQ(progress.state().pages.torn_passes, 0) << "not at its end yet";
  progress.record(ReadPage{4, 2}, rows({a_live(5, "fay", "x")}, 5), {});
  EXPECT_EQ(progress.state().pages.torn_passes, 1) << "five rows, as were counted, but not of one list";
}

TEST(ReadProgress, MorePagesThanThereCanBeAreNotReadOn) {
  ReadProgress progress = two_by_pages();
  std::uint32_t page = 0;
  for (; page < 5'000 && !progress.state().pages.over; ++page) {
    progress.record(ReadPage{2ULL * page, 2},
                    rows({a_live(2 * page + 1, "carol", "x"), a_live(2 * page + 2, "carol", "y")}, 1'000'000),
                    {});
  }
  EXPECT_EQ(page, 4'000U);
  EXPECT_THAT(plan_reads(progress.state()), ElementsAre(ReadName{0}, ReadName{1}));
}

TEST(ReadProgress, APageThatComesAfterTheLastShowsWhomItHasAndChangesNothingElse) {
  ReadProgress progress = two_by_pages();
  progress.record(kFirstPage, rows({a_live(1, "alice", "dev"), a_live(2, "carol", "x")}, 2), {});
  ASSERT_TRUE(progress.state().pages.over);
  const PageProgress before = progress.state().pages;
  progress.record(kSecondPage, rows({a_live(3, "bob", "dev")}, 2), {});
  EXPECT_EQ(progress.state().pages, before);
}

TEST(ReadProgress, PagesThatNeverAddUpSendTheRestToALookByName) {
  ReadProgress progress = two_by_pages();
  for (int pass = 0; pass < 2; ++pass) {
    progress.record(pass == 0 ? kFirstPage : again(kFirstPage),
                    rows({a_live(1, "alice", "dev"), a_live(2, "carol", "x")}, 3), {});
    progress.record(pass == 0 ? kSecondPage : again(kSecondPage), rows({}, 3), {});  // counted, but withheld
  }
  EXPECT_THAT(plan_reads(progress.state()), ElementsAre(ReadName{1}));
}

TEST(ReadProgress, APageThatIsNotFullThoughMoreAreCountedEndsThePass) {
  ReadProgress progress = two_by_pages();
  progress.record(kFirstPage, rows({a_live(1, "alice", "dev")}, 100), {});
  EXPECT_EQ(progress.state().pages.torn_passes, 1);
  // One that was under way still shows whom it has, and has no part in the next pass.
  progress.record(kSecondPage, rows({a_live(3, "bob", "dev"), a_live(4, "x", "x")}, 100), {});
  EXPECT_EQ(progress.state().pages.torn_passes, 1);
  EXPECT_FALSE(progress.state().pages.count);
  EXPECT_THAT(plan_reads(progress.state()), IsEmpty());
  EXPECT_FALSE(progress.state().costs.fleet) << "a count that does not add up is not remembered";
}

TEST(ReadProgress, APageThatIsRepeatedEndsThePass) {
  ReadProgress progress = two_by_pages();
  const auto page = [] { return rows({a_live(1, "carol", "dev"), a_live(2, "carol", "x")}, 6); };
  progress.record(kFirstPage, page(), {});
  const std::uint64_t steps = progress.steps();
  progress.record(kSecondPage, page(), {});
  EXPECT_EQ(progress.state().pages.torn_passes, 1);
  EXPECT_EQ(progress.steps(), steps);
}

TEST(ReadProgress, AFailedLookDoesNotUndoWhatAnotherAnswerSettled) {
  const LiveWorkspace row = a_live(1, "alice", "dev").owned_by(cr::testing::a_user_id(7));
  Target by_uuid = unknown(row.owner_id.to_string(), "dev");
  by_uuid.owner_is_uuid = true;
  ReadProgress progress({by_uuid, unknown("alice", "dev")}, {});
  progress.record(ReadName{1}, one(row), {});
  progress.record(ReadName{0}, ApiError(ApiFault::server, "no"), {});
  const LiveState live = std::move(progress).finish();
  ASSERT_NE(live.row(0), nullptr);
  EXPECT_EQ(*live.row(0), row);
}

TEST(ReadProgress, TwoIdsUnderOneNameContradictEachOther) {
  ReadProgress progress = two_by_pages();
  progress.record(kFirstPage, rows({a_live(1, "alice", "dev"), a_live(2, "alice", "dev")}, 3), {});
  progress.record(kSecondPage, rows({a_live(3, "bob", "dev")}, 3), {});
  EXPECT_THAT(plan_reads(progress.state()), ElementsAre(ReadName{0}));
}

TEST(ReadProgress, OneThatIsAnotherEachTimeIsNoRead) {
  ReadProgress progress({unknown("alice", "dev")}, {});
  std::uint32_t id = 0;
  for (int times = 1; times <= 4; ++times) {
    EXPECT_FALSE(plan_reads(progress.state()).empty()) << "it may have been made anew while it was read";
    progress.record(ReadOwner{"alice", {0}},
                    rows({a_live(++id, "alice", "dev"), a_live(++id, "alice", "dev")}), {});
  }
  EXPECT_THAT(plan_reads(progress.state()), IsEmpty());
  EXPECT_TRUE(progress.state().targets[0].id.is_nil()) << "neither is believed";
  const LiveState live = std::move(progress).finish();
  ASSERT_TRUE(std::holds_alternative<NotRead>(live[0]));
  EXPECT_EQ(std::get<NotRead>(live[0]).error->fault, ApiFault::contract);
}

TEST(ReadProgress, AFailedLookByNameIsNoProofOfAbsence) {
  ReadProgress progress({unknown("alice", "dev")}, {});
  progress.record(ReadName{0}, ApiError(ApiFault::server, "no"), {});
  EXPECT_THAT(plan_reads(progress.state()), IsEmpty());
  EXPECT_TRUE(std::holds_alternative<NotRead>(std::move(progress).finish()[0]));
}

TEST(ReadProgress, AFailedPageLeavesWhoWasNotSeenUnread) {
  ReadProgress progress = two_by_pages();
  progress.record(kFirstPage, rows({a_live(1, "alice", "dev"), a_live(2, "carol", "x")}, 3), {});
  const ApiError error(ApiFault::server, "workspace not found");
  progress.record(kSecondPage, error, {});
  EXPECT_THAT(plan_reads(progress.state()), IsEmpty());
  const LiveState live = std::move(progress).finish();
  EXPECT_NE(live.row(0), nullptr);
  ASSERT_TRUE(std::holds_alternative<NotRead>(live[1]));
  EXPECT_EQ(*std::get<NotRead>(live[1]).error, error);
}

TEST(ReadProgress, AFailedBatchConcernsItsOwnIdsAlone) {
  ReadProgress progress({known(1, "alice", "dev"), known(2, "bob", "dev")}, {});
  progress.record(ReadIds{{0}}, ApiError(ApiFault::server, "no"), {});
  progress.record(ReadIds{{1}}, rows({a_live(2, "bob", "dev")}), {});
  const LiveState live = std::move(progress).finish();
  EXPECT_TRUE(std::holds_alternative<NotRead>(live[0]));
  EXPECT_NE(live.row(1), nullptr);
}

TEST(ReadProgress, ATooLongLineIsAskedAgainWithHalfAsManyIds) {
  ReadProgress progress(
      {known(1, "alice", "a"), known(2, "alice", "b"), known(3, "alice", "c"), known(4, "bob", "a")}, {});
  ApiError too_long(ApiFault::rejected, "request line too long");
  too_long.status = 414;
  progress.record(ReadIds{{0, 1, 2, 3}}, too_long, {});
  EXPECT_THAT(plan_reads(progress.state()), ElementsAre(ReadIds{{0, 1}}, ReadIds{{2, 3}}));
  progress.record(ReadIds{{0, 1}}, too_long, {});
  progress.record(ReadIds{{0}}, too_long, {});
  EXPECT_EQ(progress.state().targets[0].stage, Stage::settled) << "one id cannot be halved";
}

TEST(ReadProgress, AnotherWorkspaceInAnswerToALookByNameIsNoRead) {
  ReadProgress progress({unknown("alice", "dev")}, {});
  progress.record(ReadName{0}, one(a_live(1, "bob", "dev")), {});
  EXPECT_TRUE(std::holds_alternative<NotRead>(std::move(progress).finish()[0]));
}

TEST(ReadProgress, AnOwnerGivenAsUuidIsMatchedByOwnerId) {
  const LiveWorkspace row = a_live(1, "alice", "Dev").owned_by(cr::testing::a_user_id(7));
  Target by_uuid = unknown(row.owner_id.to_string(), "dev");
  by_uuid.owner_is_uuid = true;
  ReadProgress progress({by_uuid}, {});
  progress.record(ReadName{0}, one(row), {});
  EXPECT_EQ(*std::move(progress).finish().row(0), row);
}

TEST(ReadProgress, OneWorkspaceDeclaredUnderBothSpellingsOfItsOwnerIsBoth) {
  const LiveWorkspace row = a_live(1, "alice", "dev").owned_by(cr::testing::a_user_id(7));
  Target by_uuid = unknown(row.owner_id.to_string(), "dev");
  by_uuid.owner_is_uuid = true;
  ReadProgress progress({by_uuid, unknown("alice", "dev")}, {});
  progress.record(ReadName{1}, one(row), {});
  EXPECT_THAT(plan_reads(progress.state()), IsEmpty());
  const LiveState live = std::move(progress).finish();
  EXPECT_EQ(*live.row(0), row);
  EXPECT_EQ(*live.row(1), row);
}

TEST(ReadProgress, GivingUpLeavesTheRestUnreadForThatReason) {
  ReadProgress progress({known(1, "alice", "dev"), known(2, "bob", "dev")}, {});
  progress.record(ReadIds{{0}}, rows({a_live(1, "alice", "dev")}), {});
  progress.give_up(ApiError(ApiFault::unauthorized, "no"));
  EXPECT_THAT(plan_reads(progress.state()), IsEmpty());
  const LiveState live = std::move(progress).finish();
  EXPECT_NE(live.row(0), nullptr);
  EXPECT_EQ(std::get<NotRead>(live[1]).error->fault, ApiFault::unauthorized);
}

}  // namespace
}  // namespace cr::reconcile
