#include "daemon/loop/next_start.h"

#include <gtest/gtest.h>

namespace cr::daemon {
namespace {

using namespace std::chrono_literals;

struct Case {
  std::string name;
  Pace pace;
  double random;
  std::chrono::nanoseconds next;
};
void PrintTo(const Case& c, std::ostream* out) {
  *out << c.name;
}

class NextStart : public ::testing::TestWithParam<Case> {};

TEST_P(NextStart, IsAfter) {
  EXPECT_NEAR(std::chrono::duration<double>(time_to_next(GetParam().pace, GetParam().random)).count(),
              std::chrono::duration<double>(GetParam().next).count(), 1e-6);
}

INSTANTIATE_TEST_SUITE_P(
    Pace, NextStart,
    ::testing::Values(Case{"TheIntervalInTheMiddle", {60s, 1s, {}}, 0.5, 60s},
                      Case{"ATenthEarlierAtTheLeast", {60s, 1s, {}}, 0.0, 54s},
                      Case{"ATenthLaterAtTheMost", {60s, 1s, {}}, 1.0, 66s},
                      Case{"StretchedWhenReadingTakesMoreThanAFifth", {60s, 30s, {}}, 0.5, 150s},
                      Case{"NotStretchedWhenReadingTakesAFifth", {60s, 12s, {}}, 0.5, 60s},
                      Case{"SoonWhenSomethingIsWaitedFor", {60s, 100ms, 2s}, 0.5, 2s},
                      Case{"NeverSoonerThanASecond", {60s, 0s, 1ms}, 0.5, 1s},
                      Case{"SoonButReadingStaysBelowAFifth", {60s, 4s, 2s}, 0.5, 20s},
                      Case{"WaitingLongerThanTheIntervalChangesNothing", {60s, 1s, 1h}, 0.5, 60s},
                      Case{"RandomOutOfRangeIsCut", {60s, 1s, {}}, 7.0, 66s}),
    [](const auto& tested) { return tested.param.name; });

TEST(EffectiveInterval, HasNoJitterAndNoLookAhead) {
  EXPECT_EQ(effective_interval({60s, 1s, 2s}), 60s);
  EXPECT_EQ(effective_interval({60s, 20s, 2s}), 100s);
}

}  // namespace
}  // namespace cr::daemon
