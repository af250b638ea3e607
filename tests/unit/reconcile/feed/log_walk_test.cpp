#include "reconcile/feed/log_walk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/reconcile/feed/audit_log.h"

namespace cr::testing {
namespace {

using namespace std::chrono_literals;
using namespace cr::reconcile;
using namespace cr::reconcile::feed;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Kind = Look::Kind;

/// A log, and one who looks at it.
class LogWalkTest : public ::testing::Test {
 protected:
  Look look() {
    limits_.clear();
    LogWalk::Step step = walk_.begin(now_);
    while (auto* query = std::get_if<AuditQuery>(&step)) {
      limits_.push_back(query->limit);
      last_query_ = *query;
      step = walk_.take(log_.page(*query, now_));
      if (between_pages_) between_pages_();
    }
    return std::get<Look>(step);
  }
  /// The same, as numbers of rows.
  std::vector<std::uint64_t> told() { return numbers(look()); }
  static std::vector<std::uint64_t> numbers(const Look& look) {
    std::vector<std::uint64_t> told;
    told.reserve(look.rows.size());
    for (const AuditRow& row : look.rows) told.push_back(row.id.bytes()[14] * 256U + row.id.bytes()[15]);
    return told;
  }
  void row(std::uint64_t number) { log_.add(RowBuilder(number, now_)); }
  void rows(std::uint64_t first, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) log_.add(RowBuilder(first + i, now_ += 1ms));
  }
  void pass(std::chrono::seconds time) { now_ += time; }

  AuditLog log_;
  LogWalk walk_;
  AuditTime now_ = kNoon;
  std::vector<std::size_t> limits_;  ///< of the last look's queries
  AuditQuery last_query_;
  std::function<void()> between_pages_;
};

TEST_F(LogWalkTest, TheFirstLookTakesThePlaceAndTellsNothing) {
  rows(1, 7);
  const Look first = look();
  EXPECT_EQ(first.kind, Kind::first);
  EXPECT_THAT(first.rows, IsEmpty());
  EXPECT_THAT(limits_, ElementsAre(1));
}

TEST_F(LogWalkTest, AQuietLogCostsOneRow) {
  rows(1, 7);
  (void)look();
  pass(61s);
  (void)look();
  for (int i = 0; i < 3; ++i) {
    pass(60s);
    const Look quiet = look();
    EXPECT_EQ(quiet.kind, Kind::whole);
    EXPECT_THAT(quiet.rows, IsEmpty());
    EXPECT_THAT(limits_, ElementsAre(1));
  }
}

TEST_F(LogWalkTest, GoesDownToTheRowSeenLastInGrowingSteps) {
  row(1);
  (void)look();
  pass(120s);
  EXPECT_THAT(told(), IsEmpty());
  pass(60s);
  row(2);
  EXPECT_THAT(told(), ElementsAre(2));
  EXPECT_THAT(limits_, ElementsAre(1, 5));
  pass(120s);
  EXPECT_THAT(told(), IsEmpty());
  rows(3, 200);
  EXPECT_THAT(told(), SizeIs(200));
  EXPECT_THAT(limits_, ElementsAre(1, 5, 25, 100, 100));
}

TEST_F(LogWalkTest, TellsTheOldestFirstWhateverTheOrderOfThePage) {
  row(1);
  (void)look();
  pass(120s);
  rows(2, 3);
  AuditPage page = log_.page({.limit = 5}, now_);
  std::swap(page.rows[0], page.rows[2]);
  (void)walk_.begin(now_);
  const auto step = walk_.take(page);
  ASSERT_TRUE(std::holds_alternative<Look>(step));
  EXPECT_THAT(numbers(std::get<Look>(step)), ElementsAre(2, 3, 4));
}

TEST_F(LogWalkTest, ALateRowIsToldThoughItStandsBelowTheOneSeenLast) {
  row(1);
  (void)look();
  pass(120s);
  (void)look();
  log_.add(RowBuilder(2, now_), now_ + 60s);  // is there a minute later only
  pass(10s);
  row(3);
  EXPECT_THAT(told(), ElementsAre(3));
  pass(50s);
  EXPECT_THAT(told(), ElementsAre(2));
  pass(60s);
  EXPECT_THAT(told(), IsEmpty()) << "each row is told once";
}

TEST_F(LogWalkTest, OnceAMinuteHasPassedNothingBelowIsAskedFor) {
  (void)look();
  rows(1, 3);
  (void)look();
  pass(30s);
  (void)look();
  EXPECT_THAT(limits_, ElementsAre(5));
  pass(60s);
  (void)look();
  EXPECT_THAT(limits_, ElementsAre(5)) << "what came late is below the newest";
  pass(60s);
  (void)look();
  EXPECT_THAT(limits_, ElementsAre(1));
}

TEST_F(LogWalkTest, RowsThatAreAddedWhileItPagesAreNeitherLostNorDoubled) {
  row(1);
  (void)look();
  pass(120s);
  (void)look();
  rows(2, 60);
  std::uint64_t next = 1000;
  between_pages_ = [&] { log_.add(RowBuilder(next++, now_ += 1ms)); };
  EXPECT_THAT(told(), SizeIs(::testing::Ge(60u)));
  between_pages_ = nullptr;
  const std::uint64_t added = next;
  pass(1s);
  std::vector<std::uint64_t> later = told();
  EXPECT_THAT(later, ::testing::Contains(added - 1));
  EXPECT_THAT(later, ::testing::Each(::testing::Ge(1000u)));
}

TEST_F(LogWalkTest, APageThatShowsRowsTwiceHidesNone) {
  row(1);
  (void)look();
  pass(120s);
  (void)look();
  rows(2, 40);
  LogWalk::Step step = walk_.begin(now_);
  while (auto* query = std::get_if<AuditQuery>(&step)) {
    AuditPage page = log_.page(*query, now_);
    page.rows.push_back(page.rows.front());
    step = walk_.take(page);
  }
  EXPECT_THAT(std::get<Look>(step).rows, SizeIs(40));
}

TEST_F(LogWalkTest, AnEmptyLogIsAPlaceToo) {
  EXPECT_EQ(look().kind, Kind::first);
  pass(60s);
  EXPECT_EQ(look().kind, Kind::whole);
  EXPECT_THAT(limits_, ElementsAre(1));
  pass(60s);
  rows(1, 2);
  EXPECT_THAT(told(), ElementsAre(1, 2));
}

TEST_F(LogWalkTest, MoreThanTenPagesBehindIsAGap) {
  row(1);
  (void)look();
  pass(120s);
  rows(2, 900);
  EXPECT_EQ(look().kind, Kind::whole);
  pass(120s);
  (void)look();
  rows(1000, 1200);
  const Look behind = look();
  EXPECT_EQ(behind.kind, Kind::gap);
  EXPECT_THAT(limits_, SizeIs(3 + 10));
  pass(120s);
  EXPECT_EQ(look().kind, Kind::whole) << "it follows from there";
}

TEST_F(LogWalkTest, ManyRowsWithinAMinuteAreNoGapWhileTheRowSeenLastIsReached) {
  row(1);
  (void)look();
  pass(120s);
  rows(2, 900);
  EXPECT_EQ(look().kind, Kind::whole);
  pass(10s);
  rows(1000, 300);
  const Look after = look();
  EXPECT_EQ(after.kind, Kind::whole);
  EXPECT_THAT(after.rows, SizeIs(300));
}

TEST_F(LogWalkTest, AfterAFirstLookNothingFromBeforeItIsTold) {
  rows(1, 9);
  (void)look();
  pass(1s);
  row(10);
  EXPECT_THAT(told(), ElementsAre(10));
}

TEST_F(LogWalkTest, ALogThatWasRestoredIsAGap) {
  rows(1, 40);
  (void)look();
  pass(120s);
  const AuditTime cut = now_ - 120s - 10ms;
  log_.remove([&](const AuditRow& row) { return row.at > cut; });
  EXPECT_EQ(look().kind, Kind::gap);
  pass(120s);
  row(100);
  EXPECT_THAT(told(), ElementsAre(100));
}

TEST_F(LogWalkTest, ALogThatWasPrunedBelowTheRowSeenLastIsNone) {
  rows(1, 40);
  (void)look();
  pass(120s);
  const AuditRowId newest = numbered<AuditRowId>(40);
  log_.remove([&](const AuditRow& row) { return row.id != newest; });
  EXPECT_EQ(look().kind, Kind::whole);
}

TEST_F(LogWalkTest, ALogThatWasEmptiedIsAGap) {
  rows(1, 3);
  (void)look();
  pass(120s);
  log_.remove([](const AuditRow&) { return true; });
  EXPECT_EQ(look().kind, Kind::gap);
  pass(60s);
  EXPECT_EQ(look().kind, Kind::whole);
}

TEST_F(LogWalkTest, ALookThatIsNotTakenToItsEndIsMadeUpFor) {
  row(1);
  (void)look();
  pass(120s);
  rows(2, 8);
  const AuditQuery query = walk_.begin(now_);
  (void)walk_.take(log_.page(query, now_));
  pass(60s);
  EXPECT_THAT(told(), SizeIs(8));
}

// Old servers count all rows that match, at each request.
TEST_F(LogWalkTest, AsksForTheDayOfTheRowSeenLastByCodersClock) {
  const auto today = std::chrono::floor<std::chrono::days>(kNoon);
  row(1);
  (void)look();
  EXPECT_EQ(last_query_.since, today);
  pass(3h);
  (void)look();
  EXPECT_EQ(last_query_.since, today);
  pass(72h);
  (void)look();
  EXPECT_EQ(last_query_.since, today) << "the row seen last must be among them";
  now_ = std::chrono::floor<std::chrono::days>(now_) + 30s;
  row(2);
  (void)look();
  (void)look();
  EXPECT_EQ(last_query_.since, std::chrono::floor<std::chrono::days>(now_ - 60s)) << "and what may come late";
}

TEST_F(LogWalkTest, AnswersWithoutATimeAreLookedAtDeeperAndLoseNothing) {
  const auto without_time = [&](const AuditQuery& query) {
    AuditPage page = log_.page(query, now_);
    page.asked_at = {};
    return page;
  };
  const auto look_without_time = [&] {
    LogWalk::Step step = walk_.begin(now_);
    while (auto* query = std::get_if<AuditQuery>(&step)) step = walk_.take(without_time(*query));
    return numbers(std::get<Look>(step));
  };
  row(1);
  (void)look_without_time();
  pass(120s);
  row(2);
  EXPECT_THAT(look_without_time(), ElementsAre(2));
  pass(120s);
  EXPECT_THAT(look_without_time(), IsEmpty());
}

}  // namespace
}  // namespace cr::testing
