// A whole fleet is read, and proven to be whole, or it is not read at all.
#include "reconcile/read/fleet_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "targets.h"
#include "tests/support/run_coroutine.h"
#include "tests/support/scripted_api.h"

namespace cr::reconcile {
namespace {

using cr::testing::a_live;
using cr::testing::ApiFault;
using cr::testing::run_coroutine;
using cr::testing::ScriptedCoder;
using ::testing::HasSubstr;

class ReadFleet : public ::testing::Test {
 protected:
  ReadFleet() {
    for (std::uint32_t i = 0; i < kFleet; ++i)
      coder_.fleet.push_back(a_live(i + 1, "u" + std::to_string(i % 20), "w" + std::to_string(i)));
  }
  coder::ApiResult<std::vector<LiveWorkspace>> read(const std::vector<std::string>& owners = {}) {
    return run_coroutine(read_fleet(coder_, owners, quiet_));
  }
  static std::size_t distinct(const std::vector<LiveWorkspace>& rows) {
    std::set<WorkspaceId> ids;
    for (const LiveWorkspace& row : rows) ids.insert(row.id);
    return ids.size();
  }

  static constexpr std::uint32_t kFleet = 1'260;
  ReadObserver quiet_;
  ScriptedCoder coder_;
};

TEST_F(ReadFleet, EveryWorkspaceIsThereOnce) {
  const auto rows = read();
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->size(), kFleet);
  EXPECT_EQ(distinct(*rows), kFleet);
  EXPECT_EQ(coder_.calls().size(), 3U);
  EXPECT_LE(coder_.most_at_a_time(), 2U);
}

TEST_F(ReadFleet, AnEmptyOneIsWholeToo) {
  coder_.fleet.clear();
  const auto rows = read();
  ASSERT_TRUE(rows);
  EXPECT_TRUE(rows->empty());
}

TEST_F(ReadFleet, WhatFellBetweenPagesIsReadAgain) {
  bool moved = false;
  coder_.before = [&](const std::string& call) {
    if (moved || call == "page 0+500") return;
    moved = true;  // the last one starts and becomes the first
    std::rotate(coder_.fleet.begin(), coder_.fleet.end() - 1, coder_.fleet.end());
  };
  const auto rows = read();
  ASSERT_TRUE(rows);
  EXPECT_EQ(distinct(*rows), kFleet);
  EXPECT_EQ(rows->size(), kFleet);
}

TEST_F(ReadFleet, OneThatNeverAddsUpIsAnErrorAfterAFewPasses) {
  coder_.withheld = 1;
  const auto rows = read();
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().fault, ApiFault::contract);
  EXPECT_THAT(rows.error().message, HasSubstr("not as many as it counts"));
  EXPECT_LE(coder_.calls().size(), 15U);
}

TEST_F(ReadFleet, AFailureOfAnyPageIsThatOfTheWhole) {
  for (const char* page : {"page 0+500", "page 500+500", "page 1000+500"}) {
    coder_.fail(page, ApiFault::forbidden);
    const auto rows = read();
    ASSERT_FALSE(rows) << page;
    EXPECT_EQ(rows.error().fault, ApiFault::forbidden);
    coder_.heal();
  }
}

TEST_F(ReadFleet, OfSomeOwnersOnlyTheirsAreAskedFor) {
  const auto rows = read({"u1", "u2", "nobody"});
  ASSERT_TRUE(rows);
  EXPECT_EQ(distinct(*rows), 126U);
  EXPECT_EQ(coder_.count("page"), 0U);
  const auto twice = read({"u1", "U1"});
  ASSERT_TRUE(twice);
  EXPECT_EQ(twice->size(), 63U);
  coder_.fail("owner u2", ApiFault::forbidden);
  EXPECT_FALSE(read({"u1", "u2"}));
}

TEST_F(ReadFleet, OwnersWhoseListDoesNotAddUpAreAnError) {
  coder_.withheld = 1;
  const auto rows = read({"u1"});
  ASSERT_FALSE(rows);
  EXPECT_THAT(rows.error().message, HasSubstr("the workspaces of u1"));
}

}  // namespace
}  // namespace cr::reconcile
