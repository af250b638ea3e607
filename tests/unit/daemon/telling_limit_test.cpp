#include "daemon/http/telling_limit.h"

#include <gtest/gtest.h>

namespace cr::daemon {
namespace {

using namespace std::chrono_literals;

TEST(TellingLimit, AFloodIsANumberAndWhatIsRareIsTold) {
  TellingLimit limit;
  async::SteadyTime now{};
  for (std::size_t i = 0; i < TellingLimit::kTold; ++i) EXPECT_EQ(limit.tell(now), 0U) << i;
  for (int i = 0; i < 10'000; ++i) EXPECT_EQ(limit.tell(now += 1ms), std::nullopt) << i;
  now = async::SteadyTime{} + TellingLimit::kWindow;
  EXPECT_EQ(limit.tell(now), 10'000U) << "none is lost";
  EXPECT_EQ(limit.tell(now), 0U);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(limit.tell(now += 10s), 0U) << "six a minute";
}

TEST(TellingLimit, HoweverLongAFloodIsSomeOfItAreToldInEachMinute) {
  TellingLimit limit;
  async::SteadyTime now{};
  std::size_t told = 0;
  std::size_t counted = 0;
  constexpr std::size_t kAll = 60'000;  // a hundred a second, ten minutes
  for (std::size_t i = 0; i < kAll; ++i, now += 10ms) {
    if (const auto before = limit.tell(now)) {
      ++told;
      counted += *before;
    }
  }
  EXPECT_EQ(told, 10 * TellingLimit::kTold);
  EXPECT_EQ(told + counted, kAll - (kAll / 10 - TellingLimit::kTold)) << "those of the last minute wait";
}

}  // namespace
}  // namespace cr::daemon
