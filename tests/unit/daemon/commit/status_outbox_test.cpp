#include "daemon/commit/status_outbox.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace cr::daemon {
namespace {

using namespace std::chrono_literals;

constexpr async::SteadyTime kStart{std::chrono::hours{1000}};

CommitStatus a_status(const std::string& revision, CommitState state = CommitState::pending) {
  return {revision, state, "text"};
}

TEST(StatusOutbox, OfARevisionTheNewestStatusAloneIsSent) {
  StatusOutbox box;
  EXPECT_EQ(box.due(kStart), nullptr);
  EXPECT_EQ(box.next_due(), std::nullopt);
  box.add(a_status("r1"), kStart);
  box.add(a_status("r1", CommitState::success), kStart);
  box.add(a_status("r2"), kStart);
  EXPECT_EQ(*box.due(kStart), a_status("r1", CommitState::success));
  box.settle(box.due(kStart));
  EXPECT_EQ(*box.due(kStart), a_status("r2"));
  box.settle(box.due(kStart));
  EXPECT_EQ(box.size(), 0U);
}

TEST(StatusOutbox, WhatWasReplacedWhileItWasSentTakesNothingWithIt) {
  StatusOutbox box;
  box.add(a_status("r1"), kStart);
  const CommitStatusPtr on_its_way = box.due(kStart);
  box.add(a_status("r1", CommitState::success), kStart);
  box.settle(on_its_way);
  ASSERT_NE(box.due(kStart), nullptr);
  EXPECT_EQ(box.due(kStart)->state, CommitState::success);
}

TEST(StatusOutbox, TriesADeadForgeLessAndLessOften) {
  StatusOutbox box;
  async::SteadyTime now = kStart;
  std::size_t tries = 0;
  box.add(a_status("r1"), now);
  for (; now < kStart + 24h; now = *box.next_due()) {
    ASSERT_NE(box.due(now), nullptr);
    box.postpone(now, std::nullopt);
    ++tries;
  }
  EXPECT_GE(tries, 280U);
  EXPECT_LE(tries, 300U);
  EXPECT_TRUE(box.drop_old(now + 1s).empty()) << "of the revision in force it is never too late";
  box.add(a_status("r2"), now);
  const auto dropped = box.drop_old(now + 1s);
  ASSERT_EQ(dropped.size(), 1U);
  EXPECT_EQ(dropped.front()->revision, "r1");
  EXPECT_EQ(box.size(), 1U);
}

TEST(StatusOutbox, WaitsAsLongAsTheForgeAsksUpToAnHour) {
  StatusOutbox box;
  box.add(a_status("r1"), kStart);
  box.postpone(kStart, 600s);
  EXPECT_EQ(box.next_due(), kStart + 600s);
  box.postpone(kStart, 48h);
  EXPECT_EQ(box.next_due(), kStart + 1h);
}

TEST(StatusOutbox, OneThatIsBarredHoldsUpNoOther) {
  StatusOutbox box;
  box.add(a_status("unknown"), kStart);
  box.add(a_status("r2"), kStart);
  box.bar(box.due(kStart), kStart);
  EXPECT_TRUE(box.has_barred());
  EXPECT_EQ(*box.due(kStart), a_status("r2"));
  box.settle(box.due(kStart));
  EXPECT_EQ(box.due(kStart), nullptr);
  EXPECT_EQ(box.next_due(), kStart + StatusOutbox::kLongestPause);
  box.unbar();
  EXPECT_EQ(*box.due(kStart), a_status("unknown"));
}

TEST(StatusOutbox, IsBoundedAndGivesUpTheOldest) {
  StatusOutbox box;
  for (std::size_t i = 0; i < StatusOutbox::kMost; ++i)
    EXPECT_EQ(box.add(a_status(std::to_string(i)), kStart), nullptr);
  const CommitStatusPtr dropped = box.add(a_status("one more"), kStart);
  ASSERT_NE(dropped, nullptr);
  EXPECT_EQ(dropped->revision, "0");
  EXPECT_EQ(box.size(), StatusOutbox::kMost);
}

}  // namespace
}  // namespace cr::daemon
