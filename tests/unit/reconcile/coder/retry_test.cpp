#include "reconcile/coder/retry.h"

#include <gtest/gtest.h>

namespace cr::coder {
namespace {

using namespace std::chrono_literals;

const SteadyTime kNow{1h};

Failure failed(ApiFault fault) {
  Failure failure;
  failure.fault = fault;
  return failure;
}

TEST(WorthRepeating, SafeCallsAfterWhatPasses) {
  for (const ApiFault fault :
       {ApiFault::unreachable, ApiFault::timeout, ApiFault::server, ApiFault::throttled}) {
    EXPECT_TRUE(worth_repeating(failed(fault), Repeat::safe)) << to_string(fault);
  }
  for (const ApiFault fault :
       {ApiFault::unauthorized, ApiFault::forbidden, ApiFault::not_found, ApiFault::gone, ApiFault::conflict,
        ApiFault::not_ready, ApiFault::rejected, ApiFault::contract}) {
    EXPECT_FALSE(worth_repeating(failed(fault), Repeat::safe)) << to_string(fault);
  }
}

TEST(WorthRepeating, CreatesOnlyIfCoderHasNotSeenThem) {
  for (const ApiFault fault : {ApiFault::unreachable, ApiFault::timeout, ApiFault::server}) {
    Failure failure = failed(fault);
    EXPECT_FALSE(worth_repeating(failure, Repeat::if_unseen)) << to_string(fault);
    failure.surely_unseen = true;
    EXPECT_TRUE(worth_repeating(failure, Repeat::if_unseen)) << to_string(fault);
  }
  EXPECT_TRUE(worth_repeating(failed(ApiFault::throttled), Repeat::if_unseen));
}

TEST(NextAttempt, WaitsGrowExponentiallyUpToTheCap) {
  RetryPolicy policy;
  policy.max_attempts = 100;
  const Failure failure = failed(ApiFault::server);
  const auto wait = [&](int attempt) {
    return *next_attempt(policy, failure, attempt, 0.999999999, kNow, kNow + 1h) - kNow;
  };
  const auto about = [](auto is, auto want) { return is <= want && is > want - 1ms; };
  EXPECT_TRUE(about(wait(1), 250ms));
  EXPECT_TRUE(about(wait(2), 500ms));
  EXPECT_TRUE(about(wait(3), 1000ms));
  EXPECT_TRUE(about(wait(7), 10'000ms));
  EXPECT_TRUE(about(wait(99), 10'000ms));
}

TEST(NextAttempt, JitterTakesUpToHalf) {
  EXPECT_EQ(*next_attempt({}, failed(ApiFault::server), 1, 0, kNow, kNow + 1h) - kNow, 125ms);
  EXPECT_EQ(*next_attempt({}, failed(ApiFault::server), 1, 0.5, kNow, kNow + 1h) - kNow, 187'500us);
}

TEST(NextAttempt, GivesUpAfterTheLastAttempt) {
  EXPECT_TRUE(next_attempt({}, failed(ApiFault::server), 3, 0, kNow, kNow + 1h));
  EXPECT_FALSE(next_attempt({}, failed(ApiFault::server), 4, 0, kNow, kNow + 1h));
}

TEST(NextAttempt, GivesUpRatherThanPassTheDeadline) {
  EXPECT_FALSE(next_attempt({}, failed(ApiFault::server), 1, 0, kNow, kNow + 125ms));
  EXPECT_TRUE(next_attempt({}, failed(ApiFault::server), 1, 0, kNow, kNow + 126ms));
}

TEST(NextAttempt, RetryAfterIsKeptToAndJitteredUpwardsOnly) {
  Failure failure = failed(ApiFault::throttled);
  failure.retry_after = 60s;
  EXPECT_EQ(*next_attempt({}, failure, 1, 0, kNow, kNow + 1h) - kNow, 60s);
  EXPECT_EQ(*next_attempt({}, failure, 1, 0.5, kNow, kNow + 1h) - kNow, 67'500ms);
  failure.fault = ApiFault::server;
  EXPECT_EQ(*next_attempt({}, failure, 1, 0, kNow, kNow + 1h) - kNow, 60s);
}

TEST(NextAttempt, A429WithoutRetryAfterWaitsForCodersWindow) {
  EXPECT_EQ(*next_attempt({}, failed(ApiFault::throttled), 1, 0, kNow, kNow + 1h) - kNow, 60s);
}

TEST(Budget, LetsAFewGoAndThenAFifthOfAllCalls) {
  RetryBudget budget;
  int granted = 0;
  for (int call = 0; call < 1000; ++call) {
    budget.deposit(kNow);
    while (budget.withdraw(kNow)) ++granted;
  }
  EXPECT_GE(granted, 205);
  EXPECT_LE(granted, 211);
}

TEST(Budget, SavesUpNoMoreThanTen) {
  RetryBudget budget;
  for (int call = 0; call < 1000; ++call) budget.deposit(kNow);
  int granted = 0;
  while (budget.withdraw(kNow)) ++granted;
  EXPECT_EQ(granted, 10);
}

TEST(Budget, OneComesBackEveryTenSeconds) {
  RetryBudget budget;
  while (budget.withdraw(kNow)) {
  }
  EXPECT_FALSE(budget.withdraw(kNow + 9s));
  EXPECT_TRUE(budget.withdraw(kNow + 10s));
  EXPECT_FALSE(budget.withdraw(kNow + 10s));
}

}  // namespace
}  // namespace cr::coder
