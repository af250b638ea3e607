#include "daemon/loop/heap_trim.h"

#include <gtest/gtest.h>

namespace cr::daemon {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

TEST(TrimRule, TheFirstTimeAndThenWhatIsMuch) {
  TrimRule rule;
  EXPECT_TRUE(rule.is_due(30 * kMiB));
  rule.done(20 * kMiB);
  EXPECT_FALSE(rule.is_due(24 * kMiB)) << "what a quiet cycle takes is there for the next";
  EXPECT_TRUE(rule.is_due(25 * kMiB));
}

TEST(TrimRule, ALittleEachTimeAddsUp) {
  TrimRule rule;
  rule.done(20 * kMiB);
  EXPECT_FALSE(rule.is_due(22 * kMiB));
  EXPECT_FALSE(rule.is_due(24 * kMiB));
  EXPECT_TRUE(rule.is_due(26 * kMiB));
}

TEST(TrimRule, OfALargeFleetMuchIsMore) {
  TrimRule rule;
  rule.done(80 * kMiB);
  EXPECT_FALSE(rule.is_due(85 * kMiB));
  EXPECT_TRUE(rule.is_due(86 * kMiB));
}

TEST(TrimRule, FollowsAProcessThatShrinks) {
  TrimRule rule;
  rule.done(80 * kMiB);
  EXPECT_FALSE(rule.is_due(20 * kMiB));
  EXPECT_TRUE(rule.is_due(25 * kMiB));
}

}  // namespace
}  // namespace cr::daemon
