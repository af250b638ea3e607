#include "specs/schedule_shift.h"

#include <gtest/gtest.h>

#include <vector>

namespace cr::specs {
namespace {

using namespace std::chrono_literals;

Schedule schedule(const char* text) {
  return parse_schedule(text).value();
}

/// The next so many starts from the beginning of a week.
std::vector<std::chrono::sys_seconds> starts(const Schedule& of, std::size_t count,
                                             std::chrono::minutes later = 0min) {
  std::vector<std::chrono::sys_seconds> all;
  auto at = std::chrono::sys_seconds(std::chrono::sys_days(std::chrono::year(2026) / 1 / 4)) - 1s + later;
  while (all.size() < count) all.push_back(at = *of.next_after(at));
  return all;
}

void expect_each_start_moved(const char* text, std::chrono::minutes by) {
  const Schedule before = schedule(text);
  const auto after = moved(before, by);
  ASSERT_TRUE(after) << text << " by " << by.count();
  auto expected = starts(before, 60);
  for (auto& start : expected) start += by;
  EXPECT_EQ(starts(*after, 60, by), expected) << text << " by " << by.count() << ": " << after->text();
  EXPECT_EQ(after->zone(), before.zone());
}

TEST(AMovedSchedule, HasEachStartMoved) {
  for (const auto by : {1min, 15min, 59min, 60min, 61min, 900min, 1439min}) {
    expect_each_start_moved("0 9 * * 1-5", by);
    expect_each_start_moved("CRON_TZ=UTC 50 23 * * 0,6", by);
    expect_each_start_moved("30 0 * * 3", by);
  }
}

TEST(AMovedSchedule, PassesTheHourAndMidnightAndTheWeek) {
  EXPECT_EQ(moved(schedule("50 9 * * 1-5"), 20min)->text(), "10 10 * * 1-5");
  EXPECT_EQ(moved(schedule("50 23 * * 1-5"), 20min)->text(), "10 0 * * 2-6");
  EXPECT_EQ(moved(schedule("50 23 * * 6"), 20min)->text(), "10 0 * * 0");
  EXPECT_EQ(moved(schedule("CRON_TZ=Europe/Berlin 0,30 8-10 * * *"), 5min)->text(),
            "CRON_TZ=Europe/Berlin 5,35 8-10 * * *");
}

TEST(AMovedSchedule, ByNothingIsTheSameToTheLetter) {
  EXPECT_EQ(moved(schedule("00  09 * * mon-fri"), 0min)->text(), "00 09 * * mon-fri");
}

TEST(AMovedSchedule, MovesAsAWholeOrNotAtAll) {
  EXPECT_FALSE(moved(schedule("0,30 9 * * *"), 45min)) << "9:45 and 10:15 are no set of minutes and hours";
  EXPECT_FALSE(moved(schedule("0 9,23 * * 1-5"), 90min)) << "one start is on the next day, the other is not";
  expect_each_start_moved("0 9,23 * * *", 90min);
  expect_each_start_moved("0,30 * * * *", 45min);
  expect_each_start_moved("0,30 9 * * *", 60min);
}

TEST(RoomToMove, IsWhatEveryLesserMoveCanBeSaidIn) {
  EXPECT_EQ(room_to_move(schedule("0 9 * * 1-5"), 30min), 30min);
  EXPECT_EQ(room_to_move(schedule("50 23 * * 1-5"), 600min), 600min);
  EXPECT_EQ(room_to_move(schedule("0,30 9 * * *"), 600min), 30min);
  EXPECT_EQ(room_to_move(schedule("0,59 9 * * *"), 600min), 1min);
  EXPECT_EQ(room_to_move(schedule("0 9,23 * * 1-5"), 600min), 60min);
  for (auto by = 0min; by < 60min; ++by) EXPECT_TRUE(moved(schedule("0 9,23 * * 1-5"), by));
}

}  // namespace
}  // namespace cr::specs
