#include "reconcile/feed/sweep.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace cr::testing {
namespace {

using namespace std::chrono_literals;
using namespace cr::reconcile::feed;

/// A fleet of which nothing but the sweep reads anything.
class Fleet {
 public:
  Fleet(std::size_t count, Pace pace) : pace_(pace), sweep_(pace), read_at_(count, now_) {
    sweep_.all_read(now_);
  }

  /// How many are read.
  std::size_t cycle_after(std::chrono::milliseconds time, bool read_fails = false) {
    now_ += time;
    std::vector<Sweep::Resting> resting;
    for (std::uint32_t i = 0; i < read_at_.size(); ++i) resting.push_back({read_at_[i], i});
    const std::vector<std::uint32_t> picked = sweep_.pick(resting, 0, now_);
    if (!read_fails) {
      for (const std::uint32_t i : picked) read_at_[i] = now_;
    }
    return picked.size();
  }
  /// What the state rests on just before a cycle reads is older still: by one interval at most.
  [[nodiscard]] SteadyTime::duration age() const { return now_ - *std::ranges::min_element(read_at_); }

 private:
  Pace pace_;
  Sweep sweep_;
  SteadyTime now_{1000h};
  std::vector<SteadyTime> read_at_;
};

std::size_t requests(std::size_t ids) {
  return (ids + 149) / 150;
}

TEST(Sweep, ReadsEachWithinTheIntervalAtThePriceOfTheDesign) {
  for (const std::size_t count : {1UL, 7UL, 150UL, 1000UL, 4200UL, 4500UL, 9000UL}) {
    Fleet fleet(count, {});
    const std::size_t bound = requests((count * 60 + 1799) / 1800);
    for (int cycle = 0; cycle < 95; ++cycle) {
      EXPECT_LE(requests(fleet.cycle_after(60s)), bound) << count << " in cycle " << cycle;
      ASSERT_LT(fleet.age(), 30min) << count << " in cycle " << cycle;
    }
  }
}

TEST(Sweep, TenThousandCostThreeRequestsOfLittleMoreThanTheirShare) {
  Fleet fleet(10'000, {});
  std::size_t read = 0;
  for (int cycle = 0; cycle < 30; ++cycle) read += fleet.cycle_after(60s);
  EXPECT_LE(read, 10'400u);
  EXPECT_GE(read, 10'000u);
}

TEST(Sweep, IntervalsThatVaryByATenthChangeNothing) {
  for (const std::size_t count : {1000UL, 4200UL}) {
    Fleet fleet(count, {});
    const std::size_t bound = requests((count * 60 + 1799) / 1800);
    for (int cycle = 0; cycle < 150; ++cycle) {
      const auto interval = 54s + std::chrono::seconds(cycle * 7 % 13);
      EXPECT_LE(requests(fleet.cycle_after(interval)), bound) << count;
      ASSERT_LT(fleet.age() + interval, 30min + 66s) << count << " in cycle " << cycle;
    }
  }
}

TEST(Sweep, LateCyclesReadAsMuchMore) {
  Fleet fleet(3000, {});
  for (int cycle = 0; cycle < 60; ++cycle) {
    (void)fleet.cycle_after(cycle % 5 == 0 ? 240s : 60s);
    ASSERT_LE(fleet.age(), 30min) << "in cycle " << cycle;
  }
}

TEST(Sweep, CyclesInQuickSuccessionReadNoMore) {
  Fleet fleet(3000, {});
  std::size_t read = 0;
  for (int cycle = 0; cycle < 600; ++cycle) read += fleet.cycle_after(1s);
  EXPECT_LE(read, 20 * 110u) << "ten minutes are a third of a sweep";
  EXPECT_LE(fleet.age(), 30min);
}

TEST(Sweep, WhatCouldNotBeReadIsMadeUpFor) {
  Fleet fleet(3000, {});
  for (int cycle = 0; cycle < 120; ++cycle) {
    (void)fleet.cycle_after(60s, cycle % 10 < 3);
    if (cycle % 10 < 4) continue;
    ASSERT_LE(fleet.age(), 30min) << "in cycle " << cycle;
  }
}

TEST(Sweep, OfThoseReadTogetherItTakesSuchAsLieTogether) {
  const SteadyTime start{1000h};
  Sweep sweep({});
  sweep.all_read(start);
  std::vector<Sweep::Resting> resting;
  // The last two were read before all others.
  for (std::uint32_t i = 0; i < 290; ++i) resting.push_back({i < 288 ? start : start - 1min, i * 2});
  std::vector<std::uint32_t> expected;
  for (std::uint32_t i = 0; i < 8; ++i) expected.push_back(i * 2);
  expected.insert(expected.end(), {576, 578});
  EXPECT_EQ(sweep.pick(resting, 0, start + 60s), expected);
}

TEST(Sweep, AnIntervalAsLongAsTheSweepReadsAll) {
  Fleet fleet(1000, {.interval = 60s, .sweep_interval = 60s});
  EXPECT_EQ(fleet.cycle_after(60s), 1000u);
}

TEST(Sweep, ARoundIsOverWhenAllHaveBeenReadAndItsTimeHasPassed) {
  Sweep sweep({});
  const SteadyTime start{1000h};
  EXPECT_FALSE(sweep.is_round_over(start, start));
  EXPECT_FALSE(sweep.is_round_over(start + 20min, start + 29min)) << "too soon";
  EXPECT_FALSE(sweep.is_round_over(start - 1s, start + 40min)) << "one has not been read";
  EXPECT_TRUE(sweep.is_round_over(start + 20min, start + 40min));
  EXPECT_FALSE(sweep.is_round_over(start + 40min, start + 41min)) << "the next one has begun";
  EXPECT_TRUE(sweep.is_round_over(start + 40min, start + 70min));
}

}  // namespace
}  // namespace cr::testing
