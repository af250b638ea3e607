#include "reconcile/feed/past.h"

#include <gtest/gtest.h>

#include "tests/unit/reconcile/feed/audit_log.h"

namespace cr::testing {
namespace {

using namespace std::chrono_literals;
using namespace cr::reconcile;
using namespace cr::reconcile::feed;

const UserId kUs = numbered<UserId>(9);
constexpr const char* kDeclared = "28800000000000";  // 8h
constexpr const char* kTheirs = "14400000000000";

class PastTest : public ::testing::Test {
 protected:
  RowBuilder row(const char* value) {
    return RowBuilder(rows_.size() + 1, kNoon + std::chrono::minutes(rows_.size()))
        .of(numbered<WorkspaceId>(1))
        .set("ttl", value);
  }
  void ours(const char* value = kDeclared) {
    rows_.push_back(row(value).by("reconciler", 9).with("coder-reconciler/0.2.0"));
  }
  void theirs(const char* value = kTheirs) { rows_.push_back(row(value).by("bob", 2)); }
  [[nodiscard]] SettingPast past(const char* live = kTheirs) const {
    return past_of(
        rows_, Setting::ttl, live, [](std::string_view value) { return value == kDeclared; }, kUs);
  }
  std::vector<AuditRow> rows_;
};

TEST_F(PastTest, ARoundIsAValueOfSomebodysInPlaceOfOurs) {
  EXPECT_EQ(past().rounds, 0);
  theirs();
  EXPECT_EQ(past().rounds, 0) << "we had not set it";
  for (int round = 1; round <= 3; ++round) {
    ours();
    theirs();
    EXPECT_EQ(past().rounds, round);
  }
  theirs("7200000000000");
  EXPECT_EQ(past("7200000000000").rounds, 3) << "who changes their mind has won one round";
}

TEST_F(PastTest, OrderIsThatOfTimes) {
  for (int i = 0; i < 3; ++i) {
    ours();
    theirs();
  }
  std::ranges::reverse(rows_);
  EXPECT_EQ(past().rounds, 3);
}

TEST_F(PastTest, WhatWeSetForAnotherWishIsNoRound) {
  for (int i = 0; i < 3; ++i) {
    ours("3600000000000");
    theirs();
  }
  EXPECT_EQ(past().rounds, 0);
}

TEST_F(PastTest, TheTokensUserAtAnotherClientIsSomebody) {
  ours();
  rows_.push_back(row(kTheirs).by("reconciler", 9).with("Mozilla/5.0"));
  EXPECT_EQ(past().rounds, 1);
  EXPECT_EQ(to_string(past().author), "reconciler (dashboard)");
}

TEST_F(PastTest, TheAuthorIsWhoSetWhatIsThereNow) {
  theirs();
  EXPECT_EQ(to_string(past().author), "bob (dashboard)");
  EXPECT_EQ(past().author.at, kNoon);
  EXPECT_FALSE(past("7200000000000").author.known()) << "the server itself, or a row that is missing";
  ours(kTheirs);
  EXPECT_FALSE(past().author.known()) << "we did";
}

TEST_F(PastTest, WhatCoderDoesInTheOwnersNameIsNobodys) {
  ours();
  rows_.push_back(row(kTheirs).with(""));
  EXPECT_EQ(past().rounds, 0);
  EXPECT_FALSE(past().author.known());
}

TEST_F(PastTest, AFavoriteThatWeSetWithTheOwnersTokenIsOurs) {
  const AuditRow set =
      RowBuilder(1, kNoon).of(numbered<WorkspaceId>(1)).set("favorite", "true").with("coder-reconciler/1");
  EXPECT_FALSE(past_of(
                   std::vector{set}, Setting::favorite, "true",
                   [](std::string_view value) { return value == "false"; }, kUs)
                   .author.known());
}

TEST_F(PastTest, RefusedCallsAndOtherSettingsAreNothing) {
  ours();
  rows_.push_back(row(kTheirs).answered(403));
  rows_.push_back(RowBuilder(99, kNoon + 1h).of(numbered<WorkspaceId>(1)).set("name", kTheirs));
  rows_.push_back(RowBuilder(98, kNoon + 1h).of_build(numbered<WorkspaceId>(1)));
  EXPECT_EQ(past().rounds, 0);
  EXPECT_FALSE(past().author.known());
}

}  // namespace
}  // namespace cr::testing
