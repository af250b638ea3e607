#include <gtest/gtest.h>

#include <string>

#include "specs/decode/field_value.h"

namespace cr::specs {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::sys_days kChristmasEve = std::chrono::year{2026} / 12 / 24;

TEST(Suspension, TrueHoldsUntilItIsRemoved) {
  const auto suspension = parse_suspension("true");
  ASSERT_TRUE(suspension);
  EXPECT_EQ(suspension->until, std::nullopt);
  EXPECT_TRUE(in_force(*suspension, kChristmasEve + 100'000h));
}

TEST(Suspension, EndsWhenTheDayBegins) {
  const auto suspension = parse_suspension("until 2026-12-24");
  ASSERT_TRUE(suspension);
  EXPECT_EQ(suspension->until, kChristmasEve);
  EXPECT_TRUE(in_force(*suspension, kChristmasEve - 1s));
  EXPECT_FALSE(in_force(*suspension, kChristmasEve));
}

TEST(Suspension, KeepsTheReason) {
  const auto suspension = parse_suspension("until 2026-12-24: migration: phase 2");
  ASSERT_TRUE(suspension);
  EXPECT_EQ(suspension->reason, "migration: phase 2");
}

TEST(Suspension, RefusesEverythingElse) {
  for (const std::string text : {"", "false", "True", "yes", "until", "until ", "until tomorrow",
                                 "until 2026-13-01", "until 2026-02-30", "until 2026-1-1",
                                 "until 2026-12-24:", "until 2026-12-24: ", "until 2026-12-24 reason",
                                 "2026-12-24", "until 2026/12/24", "true: reason"})
    EXPECT_FALSE(parse_suspension(text)) << text;
}

}  // namespace
}  // namespace cr::specs
