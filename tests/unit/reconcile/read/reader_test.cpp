#include "reconcile/read/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "targets.h"
#include "tests/support/run_coroutine.h"
#include "tests/support/scripted_api.h"

namespace cr::reconcile {
namespace {

using cr::testing::a_live;
using cr::testing::known;
using cr::testing::many_unknown;
using cr::testing::run_coroutine;
using cr::testing::ScriptedCoder;
using cr::testing::unknown;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::StartsWith;

class ReadLive : public ::testing::Test {
 protected:
  ReadOutcome read(std::vector<Target> targets, ReadCosts costs = {}) {
    return run_coroutine(read_live(coder_, clock_, std::move(targets), costs, advances_));
  }
  /// As many workspaces as there are targets, one for each.
  void serve(const std::vector<Target>& targets) {
    for (std::uint32_t i = 0; i < targets.size(); ++i) {
      coder_.fleet.push_back(a_live(i + 1, targets[i].identity.owner, targets[i].identity.name));
    }
  }
  static std::vector<Target> ids_known(std::vector<Target> targets) {
    for (std::uint32_t i = 0; i < targets.size(); ++i) {
      targets[i].id = cr::testing::a_workspace_id(i + 1);
      targets[i].stage = Stage::by_id;
    }
    return targets;
  }
  static std::size_t live_count(const LiveState& live) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < live.size(); ++i) count += live.row(i) != nullptr;
    return count;
  }

  struct Advances final : ReadObserver {
    void on_read_advanced() override { ++count; }
    int count = 0;
  };
  Advances advances_;
  ScriptedCoder coder_;
  async::SystemClock clock_;
};

TEST_F(ReadLive, KnownOnesCostOneRequestForEach150) {
  const std::vector<Target> targets = ids_known(many_unknown(450, 10));
  serve(targets);
  const ReadOutcome outcome = read(targets);
  EXPECT_THAT(coder_.calls(), ElementsAre("ids 150", "ids 150", "ids 150"));
  EXPECT_EQ(outcome.list_requests, 3U);
  EXPECT_EQ(live_count(outcome.live), 450U);
  EXPECT_EQ(outcome.counts.ids, 450U);
}

TEST_F(ReadLive, AtMostTwoRequestsAreUnderWay) {
  const std::vector<Target> targets = ids_known(many_unknown(1'500, 10));
  serve(targets);
  (void)read(targets);
  EXPECT_EQ(coder_.most_at_a_time(), 2U);
}

TEST_F(ReadLive, AFirstReadOfMostOfTheFleetGoesByPages) {
  const std::vector<Target> targets = many_unknown(2'600, 2);
  serve(targets);
  const ReadOutcome outcome = read(targets);
  EXPECT_THAT(coder_.calls(), Each(StartsWith("page ")));
  EXPECT_EQ(outcome.list_requests, 6U);
  EXPECT_EQ(outcome.counts.page, 2'600U);
  EXPECT_EQ(outcome.costs.fleet, 2'600U);
}

TEST_F(ReadLive, RowsThatMoveBetweenTwoPagesAreStillAllFound) {
  const std::vector<Target> targets = many_unknown(1'200, 2);
  serve(targets);
  bool moved = false;
  coder_.before = [&](const std::string& call) {
    if (moved || call == "page 0+500") return;
    moved = true;  // the last one starts and becomes the first: somebody falls between the pages
    std::rotate(coder_.fleet.begin(), coder_.fleet.end() - 1, coder_.fleet.end());
  };
  const ReadOutcome outcome = read(targets);
  EXPECT_EQ(live_count(outcome.live), 1'200U);
  EXPECT_EQ(outcome.list_requests, 3U);
  EXPECT_EQ(coder_.count("name "), 1U)
      << "one that fell between the pages is cheaper by name than by pages again";
}

TEST_F(ReadLive, RowsThatAreCountedAndWithheldEndInLooksByName) {
  std::vector<Target> targets = many_unknown(1'200, 2);
  serve(targets);
  coder_.withheld = 1;
  targets.push_back(unknown("zoe", "dev"));
  const ReadOutcome outcome = read(targets);
  EXPECT_EQ(coder_.count("name "), 1U);
  EXPECT_EQ(outcome.live[1'200], LiveEntry(Absent{.proven = true}));
}

TEST_F(ReadLive, AnOwnersWorkspacesAreFoundWithOneRequest) {
  const std::vector<Target> targets = many_unknown(5, 5);
  serve(targets);
  const ReadOutcome outcome = read(targets);
  EXPECT_THAT(coder_.calls(), ElementsAre("owner u00000"));
  EXPECT_EQ(outcome.counts.owner, 5U);
}

TEST_F(ReadLive, ASingleKnownOneIsLookedUpByIdWhichIsNoRequestToTheList) {
  coder_.fleet.push_back(a_live(1, "alice", "dev"));
  const ReadOutcome outcome = read({known(1, "alice", "dev")});
  EXPECT_THAT(coder_.calls(), ElementsAre("id 1"));
  EXPECT_EQ(outcome.list_requests, 0U);
  EXPECT_EQ(outcome.counts, (LiveReadCounts{.ids = 1}));
  EXPECT_EQ(outcome.costs, ReadCosts()) << "it does not tell what a batch costs";
}

TEST_F(ReadLive, ALostIdIsFoundAgainByName) {
  coder_.fleet.push_back(a_live(2, "alice", "dev"));  // deleted and made anew since
  const ReadOutcome outcome = read({known(1, "alice", "dev")});
  EXPECT_THAT(coder_.calls(), ElementsAre("id 1", "name alice/dev"));
  EXPECT_EQ(outcome.live.row(0)->id, cr::testing::a_workspace_id(2));
  EXPECT_EQ(outcome.counts, (LiveReadCounts{.name = 1}));
}

TEST_F(ReadLive, ATooLongLineHalvesTheBatchesOnceForAll) {
  const std::vector<Target> targets = ids_known(many_unknown(600, 10));
  serve(targets);
  coder::ApiError too_long(coder::ApiFault::rejected, "request line too long");
  too_long.status = 414;
  coder_.fail("ids 150", too_long, 100);
  const ReadOutcome outcome = read(targets);
  EXPECT_LE(coder_.count("ids 150"), 2U);
  EXPECT_EQ(coder_.count("ids 75"), 8U);
  EXPECT_EQ(live_count(outcome.live), 600U);
  EXPECT_EQ(outcome.costs.ids_per_request, 75U);
}

TEST_F(ReadLive, AFailedReadConcernsItsOwnAlone) {
  const std::vector<Target> targets = ids_known(many_unknown(300, 10));
  serve(targets);
  coder_.fail("ids", coder::ApiFault::server);
  const ReadOutcome outcome = read(targets);
  EXPECT_EQ(live_count(outcome.live), 150U);
  EXPECT_FALSE(outcome.broken_off);
}

TEST_F(ReadLive, ARefusedTokenBreaksThePassOff) {
  const std::vector<Target> targets = ids_known(many_unknown(1'500, 10));
  serve(targets);
  coder_.fail("ids", coder::ApiFault::unauthorized, 100);
  const ReadOutcome outcome = read(targets);
  EXPECT_LE(coder_.calls().size(), 2U);
  ASSERT_TRUE(outcome.broken_off);
  EXPECT_EQ(outcome.broken_off->fault, coder::ApiFault::unauthorized);
  for (const LiveEntry& entry : outcome.live.entries()) EXPECT_TRUE(std::holds_alternative<NotRead>(entry));
}

TEST_F(ReadLive, ACoderThatDoesNotAnswerIsNotAskedForEverything) {
  const std::vector<Target> targets = ids_known(many_unknown(3'000, 10));
  serve(targets);
  coder_.fail("ids", coder::ApiFault::unreachable, 100);
  const ReadOutcome outcome = read(targets);
  EXPECT_LE(coder_.calls().size(), 4U) << "a few may lead nowhere before it is given up";
  ASSERT_TRUE(outcome.broken_off);
  EXPECT_EQ(live_count(outcome.live), 0U);
  EXPECT_EQ(advances_.count, 0);
}

TEST_F(ReadLive, OneCallThatHasUsedUpItsTriesEndsTheRead) {
  for (const auto fault :
       {coder::ApiFault::unreachable, coder::ApiFault::timeout, coder::ApiFault::throttled}) {
    ScriptedCoder coder;
    coder.fail("", fault, 1000);
    std::vector<Target> targets = many_unknown(40, 40);
    targets.push_back(known(1, "zoe", "dev"));
    const ReadOutcome outcome =
        run_coroutine(read_live(coder, clock_, std::move(targets), ReadCosts{}, advances_));
    ASSERT_TRUE(outcome.broken_off);
    EXPECT_EQ(outcome.broken_off->fault, fault);
    EXPECT_LE(coder.calls().size(), 4U) << "a path that leads nowhere may be the only one, three are not";
  }
}

TEST_F(ReadLive, ReadingAdvancesWithEveryAnswerThatBringsSomething) {
  const std::vector<Target> targets = ids_known(many_unknown(450, 10));
  serve(targets);
  (void)read(targets);
  EXPECT_EQ(advances_.count, 3);
}

/// Answers every page in the same way, whatever is asked for.
class OnePageForEver : public ScriptedCoder {
 public:
  explicit OnePageForEver(coder::WorkspaceRows page) : page_(std::move(page)) {}
  coder::awaitable<coder::ApiResult<coder::WorkspaceRows>> workspaces_page(std::uint64_t,
                                                                           std::uint32_t limit) override {
    ++pages;
    coder::WorkspaceRows rows = page_;
    if (rows.rows.size() > limit) rows.rows.resize(limit);
    co_return rows;
  }
  int pages = 0;

 private:
  coder::WorkspaceRows page_;
};

TEST_F(ReadLive, AListThatNeverAddsUpEndsSoon) {
  coder::WorkspaceRows nothing;
  nothing.count = 1'000'000'000;
  coder::WorkspaceRows few = nothing;
  coder::WorkspaceRows full = nothing;
  for (std::uint32_t i = 0; i < 500; ++i) full.rows.push_back(a_live(1000 + i, "x", "w" + std::to_string(i)));
  few.rows.assign(full.rows.begin(), full.rows.begin() + 3);
  coder::WorkspaceRows repeated = full;
  repeated.count = 3'000;
  for (const coder::WorkspaceRows& page : {nothing, few, full, repeated}) {
    OnePageForEver coder(page);
    const std::vector<Target> targets = many_unknown(2'600, 2);
    const int before = advances_.count;
    const ReadOutcome outcome = run_coroutine(read_live(coder, clock_, targets, ReadCosts{}, advances_));
    EXPECT_LE(coder.pages, 8);
    EXPECT_EQ(outcome.live.size(), 2'600U);
    EXPECT_LE(advances_.count - before, 2'600 + 2) << "pages that bring nothing new are no progress";
  }
}

/// Shows the same workspace under another id at each look.
class OtherEachTime : public ScriptedCoder {
 public:
  coder::awaitable<coder::ApiResult<coder::NameLook>> workspace_by_name(const std::string&,
                                                                        const std::string&) override {
    ++looks;
    if (looks > 100) co_return coder::ApiError(coder::ApiFault::server, "enough");
    coder::NameLook look;
    look.live = a_live(static_cast<std::uint32_t>(looks), "alice", "dev").owned_by(cr::testing::a_user_id(7));
    co_return look;
  }
  int looks = 0;
};

TEST_F(ReadLive, AWorkspaceThatIsAnotherAtEachLookIsNoRead) {
  OtherEachTime coder;
  Target by_uuid = unknown(cr::testing::a_user_id(7).to_string(), "dev");
  by_uuid.owner_is_uuid = true;
  const std::vector<Target> targets = {by_uuid, unknown("alice", "dev")};
  const ReadOutcome outcome = run_coroutine(read_live(coder, clock_, targets, ReadCosts{}, advances_));
  EXPECT_LE(coder.looks, 12);
  EXPECT_EQ(outcome.live.size(), 2U);
}

TEST_F(ReadLive, ManyAreReadAgainInTheMemoryOfThePassBefore) {
  const std::vector<Target> targets = ids_known(many_unknown(450, 10));
  serve(targets);
  ReadOutcome first = read(targets);
  const LiveEntry* const entry = &first.live[0];
  const Query* const query = first.queries.data();
  const TargetIndex* const of_query = std::get<ReadIds>(*query).targets.data();
  const auto again = [&](ReadOutcome before) {
    return run_coroutine(
        read_live(coder_, clock_, targets, ReadCosts{}, advances_, take_buffers(std::move(before))));
  };
  const ReadOutcome second = again(std::move(first));
  EXPECT_EQ(live_count(second.live), 450U);
  EXPECT_EQ(&second.live[0], entry);
  EXPECT_EQ(second.queries.data(), query);
  EXPECT_EQ(std::get<ReadIds>(*query).targets.data(), of_query);
}

}  // namespace
}  // namespace cr::reconcile
