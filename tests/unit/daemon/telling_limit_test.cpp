#include "daemon/http/telling_limit.h"

#include <gtest/gtest.h>

namespace cr::daemon {
namespace {

using namespace std::chrono_literals;

TEST(TellingLimit, AFloodIsANumberAndWhatIsRareIsTold) {
  TellingLimit limit;
  async::SteadyTime now{};
  for (std::size_t i = 0; i < TellingLimit::kTold; ++i) EXPECT_TRUE(limit.tell(now)) << i;
  EXPECT_EQ(limit.take(), 0U);
  for (int i = 0; i < 10'000; ++i) EXPECT_FALSE(limit.tell(now += 1ms)) << i;
  EXPECT_EQ(limit.take(), 10'000U);
  EXPECT_EQ(limit.take(), 0U);
  now = async::SteadyTime{} + TellingLimit::kWindow;
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(limit.tell(now += 10s)) << "six a minute";
}

TEST(TellingLimit, HoweverLongAFloodIsSomeAreToldInEachMinuteAndNoneIsLost) {
  TellingLimit limit;
  async::SteadyTime now{};
  std::size_t told = 0;
  constexpr std::size_t kAll = 60'000;  // a hundred a second, ten minutes
  for (std::size_t i = 0; i < kAll; ++i, now += 10ms) {
    if (limit.tell(now)) ++told;
  }
  EXPECT_EQ(told, 10 * TellingLimit::kTold);
  EXPECT_EQ(told + limit.take(), kAll);
}

}  // namespace
}  // namespace cr::daemon
