#include "daemon/loop/load_rule.h"

#include <gtest/gtest.h>

#include <chrono>

namespace cr::daemon {
namespace {

using namespace std::chrono_literals;
using Files = LoadRule::Files;

constexpr async::SteadyTime kStart{100h};

/// The kernel watches everything, and has told so often.
SpecWatch::Mark told(std::uint64_t times) {
  return {.watched = true, .told = times};
}

/// A load that succeeds.
Files load(LoadRule& rule, const SpecWatch::Mark& mark, async::SteadyTime now) {
  const Files files = rule.begin(mark, now);
  rule.end(true);
  return files;
}

TEST(LoadRule, TakesTheKernelsWordOnceItHasLooked) {
  LoadRule rule;
  EXPECT_EQ(load(rule, told(0), kStart), Files::may_have_changed);
  EXPECT_EQ(load(rule, told(0), kStart + 1min), Files::were_not_written);
}

TEST(LoadRule, LooksWhereTheKernelHasToldOfSomething) {
  LoadRule rule;
  EXPECT_EQ(load(rule, told(0), kStart), Files::may_have_changed);
  EXPECT_EQ(load(rule, told(1), kStart + 1min), Files::may_have_changed);
  EXPECT_EQ(load(rule, told(1), kStart + 2min), Files::were_not_written);
}

TEST(LoadRule, WhatIsToldWhileItReadsIsForTheNextOne) {
  LoadRule rule;
  EXPECT_EQ(rule.begin(told(3), kStart), Files::may_have_changed);
  // Told 4 by now.
  rule.end(true);
  EXPECT_EQ(load(rule, told(4), kStart + 1min), Files::may_have_changed);
}

TEST(LoadRule, LooksWhileNotEverythingIsWatched) {
  LoadRule rule;
  EXPECT_EQ(load(rule, {.watched = false, .told = 0}, kStart), Files::may_have_changed);
  EXPECT_EQ(load(rule, told(0), kStart + 1min), Files::may_have_changed) << "nobody watched in between";
  EXPECT_EQ(load(rule, {.watched = false, .told = 0}, kStart + 2min), Files::may_have_changed);
}

TEST(LoadRule, LooksAgainAfterALoadThatFailed) {
  LoadRule rule;
  EXPECT_EQ(load(rule, told(0), kStart), Files::may_have_changed);
  EXPECT_EQ(rule.begin(told(0), kStart + 1min), Files::were_not_written);
  rule.end(false);
  EXPECT_EQ(load(rule, told(0), kStart + 2min), Files::may_have_changed);
}

TEST(LoadRule, LooksEveryFiveMinutesWhateverTheKernelSays) {
  LoadRule rule;
  EXPECT_EQ(load(rule, told(0), kStart), Files::may_have_changed);
  for (auto at = 1min; at < 5min; at += 1min)
    EXPECT_EQ(load(rule, told(0), kStart + at), Files::were_not_written);
  EXPECT_EQ(load(rule, told(0), kStart + 5min), Files::may_have_changed);
  EXPECT_EQ(load(rule, told(0), kStart + 9min), Files::were_not_written);
  EXPECT_EQ(load(rule, told(0), kStart + 10min), Files::may_have_changed);
}

}  // namespace
}  // namespace cr::daemon
