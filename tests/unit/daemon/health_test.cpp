#include "daemon/loop/health.h"

#include <gtest/gtest.h>

namespace cr::daemon {
namespace {

using namespace std::chrono_literals;
const async::SteadyTime kStart{1h};

TEST(Alive, WhileTheHeartbeatIsYoungerThanItsDeadline) {
  EXPECT_TRUE(alive({kStart, 90s}, kStart + 90s).good);
  const Health late = alive({kStart, 90s}, kStart + 91s);
  EXPECT_FALSE(late.good);
  EXPECT_EQ(late.reason, "the loop has made no progress for 1m31s; the limit is 1m30s");
}

TEST(Ready, NotBeforeACycleHasSucceeded) {
  const Health health = ready({{}, "", 60s}, kStart);
  EXPECT_FALSE(health.good);
  EXPECT_EQ(health.reason, "no cycle has succeeded yet");
  EXPECT_EQ(ready({{}, "connection refused", 60s}, kStart).reason,
            "no cycle has succeeded yet: connection refused");
}

TEST(Ready, UntilThreeIntervalsAfterTheLastSuccess) {
  const Health good = ready({kStart, "", 60s}, kStart + 180s);
  EXPECT_TRUE(good.good);
  EXPECT_EQ(good.reason, "the last successful cycle ended 3m ago");
  const Health late = ready({kStart, "connection refused", 60s}, kStart + 181s);
  EXPECT_FALSE(late.good);
  EXPECT_EQ(late.reason, "no cycle has succeeded for 3m1s: connection refused");
}

TEST(Ready, AFailedCycleAloneIsNoReason) {
  EXPECT_TRUE(ready({kStart, "connection refused", 60s}, kStart + 61s).good);
}

}  // namespace
}  // namespace cr::daemon
