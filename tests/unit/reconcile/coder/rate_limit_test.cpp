#include "reconcile/coder/rate_limit.h"

#include <gtest/gtest.h>

#include <limits>

namespace cr::coder {
namespace {

using namespace std::chrono_literals;

const SteadyTime kNow{1h};
const std::chrono::sys_seconds kWall{1'795'526'000s};
constexpr std::string_view kList = "/api/v2/workspaces";

RateHeaders headers(std::int64_t remaining, std::chrono::seconds to_reset = 30s) {
  RateHeaders out;
  out.limit = 512;
  out.remaining = remaining;
  out.reset = (kWall + to_reset).time_since_epoch().count();
  return out;
}

TEST(RateLimit, HoldsNothingBackWhileThereIsPlenty) {
  RateLimiter limiter;
  limiter.observe(kList, headers(200), kNow, kWall);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(limiter.reserve(kList, kNow), kNow);
}

TEST(RateLimit, SpacesCallsOutWhenATenthIsLeft) {
  RateLimiter limiter;
  limiter.observe(kList, headers(51), kNow, kWall);
  EXPECT_EQ(limiter.reserve(kList, kNow), kNow);
  const SteadyTime second = limiter.reserve(kList, kNow);
  const SteadyTime third = limiter.reserve(kList, kNow);
  // Nine tenths of 512 a minute.
  EXPECT_GT(second - kNow, 130ms);
  EXPECT_LT(second - kNow, 131ms);
  EXPECT_EQ(third - second, second - kNow);
}

TEST(RateLimit, CountsCallsInFlightThatCoderHasNotCounted) {
  RateLimiter limiter;
  limiter.observe(kList, headers(60), kNow, kWall);
  int free = 0;
  while (limiter.reserve(kList, kNow) == kNow) ++free;
  EXPECT_GE(free, 9);
  EXPECT_LE(free, 10);
}

TEST(RateLimit, WaitsForTheWindowsEndWhenNothingIsLeft) {
  RateLimiter limiter;
  limiter.observe(kList, headers(0, 42s), kNow, kWall);
  EXPECT_EQ(limiter.reserve(kList, kNow), kNow + 42s);
}

TEST(RateLimit, AResetTimeFromAnotherClockSaysNothing) {
  RateLimiter limiter;
  limiter.observe(kList, headers(0, 3600s), kNow, kWall);
  EXPECT_EQ(limiter.reserve(kList, kNow), kNow + 15s);
  RateLimiter behind;
  behind.observe(kList, headers(0, -3600s), kNow, kWall);
  EXPECT_EQ(behind.reserve(kList, kNow), kNow + 15s);
}

TEST(RateLimit, APausedPathWaitsAndOthersDoNot) {
  RateLimiter limiter;
  limiter.pause(kList, kNow + 60s, kNow);
  EXPECT_EQ(limiter.reserve(kList, kNow), kNow + 60s);
  EXPECT_EQ(limiter.reserve("/api/v2/workspaces/x/ttl", kNow), kNow);
  EXPECT_EQ(limiter.reserve(kList, kNow + 61s), kNow + 61s);
}

TEST(RateLimit, AnAnswerThatWasUnderWayDoesNotEndAPause) {
  RateLimiter limiter;
  limiter.pause(kList, kNow + 60s, kNow);
  limiter.observe(kList, headers(500), kNow + 1s, kWall);
  EXPECT_EQ(limiter.reserve(kList, kNow + 1s), kNow + 60s);
}

TEST(RateLimit, AShorterPauseDoesNotShortenALongerOne) {
  RateLimiter limiter;
  limiter.pause(kList, kNow + 60s, kNow);
  limiter.pause(kList, kNow + 10s, kNow);
  EXPECT_EQ(limiter.reserve(kList, kNow), kNow + 60s);
}

TEST(RateLimit, RemembersOnlyPathsNearTheirLimitAndOnlyForAWhile) {
  RateLimiter limiter;
  for (int i = 0; i < 1000; ++i)
    limiter.observe("/api/v2/workspaces/" + std::to_string(i), headers(511), kNow, kWall);
  EXPECT_EQ(limiter.remembered(), 0U);
  limiter.observe(kList, headers(1), kNow, kWall);
  EXPECT_EQ(limiter.remembered(), 1U);
  EXPECT_EQ(limiter.reserve(kList, kNow + 3min), kNow + 3min);
  EXPECT_EQ(limiter.remembered(), 0U);
}

TEST(RateLimit, NumbersThatNobodyMeansAreBounded) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  RateLimiter limiter;
  limiter.observe(kList, {.limit = kMost, .remaining = 1, .reset = kMost}, kNow, kWall);
  EXPECT_EQ(limiter.reserve(kList, kNow), kNow);
  limiter.observe(kList, {.limit = 1, .remaining = kLeast, .reset = kLeast}, kNow, kWall);
  EXPECT_EQ(limiter.reserve(kList, kNow), kNow + 15s);
}

TEST(RateLimit, AServerWithoutLimitSendsNoHeaders) {
  RateLimiter limiter;
  limiter.observe(kList, RateHeaders(), kNow, kWall);
  EXPECT_EQ(limiter.reserve(kList, kNow), kNow);
}

/// A bucket as Coder keeps it: this minute's count and the share of the last one that is still inside 60 s.
TEST(RateLimit, FourTimesTheBudgetGoesThroughWithoutARefusal) {
  RateLimiter limiter;
  SteadyTime now = kNow;
  double last = 0;
  double current = 0;
  SteadyTime window = kNow;
  int refused = 0;
  for (int i = 0; i < 2048; ++i) {
    now = std::max(now + 5ms, limiter.reserve(kList, now));
    while (now >= window + 60s) {
      window += 60s;
      last = current;
      current = 0;
    }
    const double share = 1 - std::chrono::duration<double>(now - window) / 60s;
    if (current + last * share >= 512) {
      ++refused;
    } else {
      current += 1;
    }
    RateHeaders answer;
    answer.limit = 512;
    answer.remaining = static_cast<std::int64_t>(512 - current - last * share);
    const auto wall = kWall + std::chrono::floor<std::chrono::seconds>(now - kNow);
    answer.reset =
        (kWall + std::chrono::floor<std::chrono::seconds>(window + 60s - kNow)).time_since_epoch().count();
    limiter.observe(kList, answer, now, wall);
  }
  EXPECT_EQ(refused, 0);
  EXPECT_LT(now - kNow, 5min);
}

}  // namespace
}  // namespace cr::coder
