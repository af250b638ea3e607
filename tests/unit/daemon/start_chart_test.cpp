#include "daemon/text/start_chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cr::daemon {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

specs::StartCurve curve() {
  specs::StartCurve made;
  made.begins = std::chrono::sys_days{std::chrono::year{2026} / 11 / 2};  // a Monday
  made.slots.resize(24 * 12 + 1);
  return made;
}

std::string bars(std::size_t count, std::size_t width = 40) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += "█";
  return text + std::string(width - count, ' ');
}

TEST(StartChart, DrawsEachFiveMinutesInWhichAnyStarts) {
  specs::StartCurve made = curve();
  made.slots[96] = 400;
  made.slots[97] = 100;
  made.slots[288] = 1;
  EXPECT_EQ(start_chart(made, 0), "Starts in each five minutes of the next 24 h (UTC):\n  Mon 08:00  " +
                                      bars(40) + "  400\n  Mon 08:05  " + bars(10) + "  100\n  Tue 00:00  " +
                                      bars(1) + "    1\n");
}

TEST(StartChart, MarksWhatIsMoreThanAllowed) {
  specs::StartCurve made = curve();
  made.slots[0] = 50;
  made.slots[1] = 51;
  const std::string text = start_chart(made, 50);
  EXPECT_THAT(text, HasSubstr("  50\n"));
  EXPECT_THAT(text, HasSubstr("  51  more than 50\n"));
  EXPECT_THAT(start_chart(made, 0), Not(HasSubstr("more than")));
}

TEST(StartChart, ShowsTheBusiestFiveMinutesOfEachHourWhereStartsAreSpread) {
  specs::StartCurve made = curve();
  for (std::size_t i = 0; i < 36; ++i) made.slots[96 + i] = 2;
  made.slots[100] = 8;
  EXPECT_EQ(start_chart(made, 0),
            "Starts in the busiest five minutes of each hour, in the next 24 h (UTC):\n  Mon 08:00  " +
                bars(40) + "  8\n  Mon 09:00  " + bars(10) + "  2\n  Mon 10:00  " + bars(10) + "  2\n");
}

TEST(StartChart, SaysThatNothingStarts) {
  EXPECT_EQ(start_chart(curve(), 0), "No workspace starts in the next 24 h.\n");
}

}  // namespace
}  // namespace cr::daemon
