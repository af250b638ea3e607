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
  Fleet(std::size_t count, Pace pace, std::size_t called_for = 0)
      : called_for_(called_for), sweep_(pace), read_at_(count, now_) {
    sweep_.all_read(count, now_);
  }

  /// How many are read.
  std::size_t cycle_after(std::chrono::milliseconds time, bool read_fails = false) {
    now_ += time;
    std::vector<Sweep::Resting> resting;
    for (std::uint32_t i = 0; i < read_at_.size(); ++i) resting.push_back({read_at_[i], i});
    const std::vector<std::uint32_t> picked = sweep_.pick(resting, called_for_, now_);
    if (!read_fails) {
      for (const std::uint32_t i : picked) read_at_[i] = now_;
    }
    return picked.size();
  }
  /// The new ones have just been read.
  void grow_to(std::size_t count) { read_at_.resize(count, now_); }
  /// What the state rests on just before a cycle reads is older still: by one interval at most.
  [[nodiscard]] SteadyTime::duration age() const { return now_ - *std::ranges::min_element(read_at_); }

 private:
  std::size_t called_for_;
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

TEST(Sweep, ReadsLittleMoreThanItsShareInAsFewRequestsAsCanBe) {
  for (const std::size_t count : {150UL, 151UL, 1000UL, 10'000UL}) {
    Fleet fleet(count, {});
    std::size_t read = 0;
    std::size_t made = 0;
    for (int cycle = 0; cycle < 300; ++cycle) {
      const std::size_t rows = fleet.cycle_after(60s);
      read += rows;
      made += requests(rows);
    }
    EXPECT_GE(read, 10 * count) << "ten times the interval";
    EXPECT_LE(read, 11 * count);
    EXPECT_LE(made, 11 * requests(count)) << count;
  }
}

TEST(Sweep, WhatAWholeReadHasShownIsNotDueAtOnce) {
  Fleet fleet(100, {});
  for (int cycle = 0; cycle < 28; ++cycle) EXPECT_EQ(fleet.cycle_after(60s), 0u) << "in cycle " << cycle;
  EXPECT_EQ(fleet.cycle_after(60s), 100u);
}

TEST(Sweep, ASmallFleetIsReadByOneRequestARound) {
  for (const std::size_t count : {1UL, 12UL, 150UL}) {
    Fleet fleet(count, {});
    std::size_t made = 0;
    for (int cycle = 0; cycle < 300; ++cycle) {
      made += requests(fleet.cycle_after(60s));
      ASSERT_LT(fleet.age(), 30min) << count << " in cycle " << cycle;
    }
    EXPECT_LE(made, 11u) << count << " in ten times the interval";
  }
}

TEST(Sweep, WhatIsReadAnywayIsReadByTheSameRequests) {
  const SteadyTime start{1000h};
  for (const std::size_t called_for : {1UL, 40UL, 151UL}) {
    Sweep sweep({});
    std::vector<Sweep::Resting> resting;
    for (std::uint32_t i = 0; i < 1000; ++i) resting.push_back({start, i});
    const std::size_t picked = sweep.pick(resting, called_for, start + 60s).size();
    EXPECT_GT(picked, 100u) << called_for;
    EXPECT_EQ(requests(picked + called_for), requests(called_for)) << called_for;
  }
}

TEST(Sweep, WhatAnIncompleteRequestLeftIsReadWithTheNext) {
  Fleet fleet(10'000, {}, /*called_for=*/9);
  std::size_t read = 0;
  for (int cycle = 0; cycle < 300; ++cycle) {
    const std::size_t rows = fleet.cycle_after(60s);
    EXPECT_EQ((rows + 9) % 150, 0u) << "in cycle " << cycle;
    read += rows;
    ASSERT_LT(fleet.age(), 30min) << "in cycle " << cycle;
  }
  EXPECT_LE(read, 106'000u);
}

TEST(Sweep, AFleetThatGrowsIsNotSparedAsTheSmallOneWas) {
  Fleet fleet(100, {});
  (void)fleet.cycle_after(60s);
  fleet.grow_to(10'000);
  for (int cycle = 0; cycle < 90; ++cycle) {
    EXPECT_LE(requests(fleet.cycle_after(60s)), 3u) << "in cycle " << cycle;
    ASSERT_LT(fleet.age(), 30min) << "in cycle " << cycle;
  }
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
  for (const std::size_t count : {20UL, 3000UL}) {
    Fleet fleet(count, {});
    for (int cycle = 0; cycle < 120; ++cycle) {
      (void)fleet.cycle_after(60s, cycle % 10 < 3);
      if (cycle % 10 < 4) continue;
      ASSERT_LE(fleet.age(), 30min) << count << " in cycle " << cycle;
    }
  }
}

TEST(Sweep, AReadThatFailedIsNoReadAhead) {
  Fleet fleet(100, {});
  EXPECT_EQ(fleet.cycle_after(28min + 55s, /*read_fails=*/true), 100u);
  EXPECT_EQ(fleet.cycle_after(10s, /*read_fails=*/true), 100u) << "it is due as before";
  EXPECT_EQ(fleet.cycle_after(10s), 100u);
  EXPECT_EQ(fleet.cycle_after(10s), 0u);
}

TEST(Sweep, OfThoseReadTogetherItTakesSuchAsLieTogether) {
  const SteadyTime start{1000h};
  Sweep sweep({});
  std::vector<Sweep::Resting> resting;
  // The last two were read before all others.
  for (std::uint32_t i = 0; i < 290; ++i) resting.push_back({i < 288 ? start : start - 1min, i * 2});
  std::vector<std::uint32_t> expected;
  for (std::uint32_t i = 0; i < 143; ++i) expected.push_back(i * 2);
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
