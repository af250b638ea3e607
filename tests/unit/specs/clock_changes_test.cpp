#include "specs/clock_changes.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

namespace cr::specs {
namespace {

using namespace std::chrono;

std::string clock(minutes of_day) {
  return fmt::format("{:02}:{:02}", of_day / hours{1}, of_day % hours{1} / minutes{1});
}

/// "skips 2026-03-29 02:00-03:00 (1 from 02:30)", one a line.
std::string changes_of(const std::string& text, sys_days now) {
  const auto schedule = parse_schedule(text);
  EXPECT_TRUE(schedule) << text;
  if (!schedule) return {};
  std::string all;
  for (const ClockChange& one : clock_changes(*schedule, now)) {
    if (!all.empty()) all += "; ";
    all += fmt::format("{} {:%F} {}-{} ({} from {})",
                       one.effect == ClockChange::Effect::skips ? "skips" : "repeats",
                       fmt::gmtime(system_clock::to_time_t(one.date)), clock(one.begin), clock(one.end),
                       one.starts, clock(one.start));
  }
  return all;
}

struct Case {
  const char* schedule;
  const char* changes;
};

TEST(ClockChanges, AreThoseThatTakeAStartAwayOrDoubleIt) {
  const Case cases[] = {
      {"CRON_TZ=Europe/Berlin 30 2 * * *",
       "skips 2026-03-29 02:00-03:00 (1 from 02:30); repeats 2026-10-25 02:00-03:00 (1 from 02:30)"},
      {"CRON_TZ=Europe/Berlin 0 2 * * 0",
       "skips 2026-03-29 02:00-03:00 (1 from 02:00); repeats 2026-10-25 02:00-03:00 (1 from 02:00)"},
      // The hours' own ends: the first minute is in it, the one behind the last is not.
      {"CRON_TZ=Europe/Berlin 59 1 * * *", ""},
      {"CRON_TZ=Europe/Berlin 0 3 * * *", ""},
      {"CRON_TZ=Europe/Berlin 59 2 * * *",
       "skips 2026-03-29 02:00-03:00 (1 from 02:59); repeats 2026-10-25 02:00-03:00 (1 from 02:59)"},
      // Clocks change on Sundays: who works from Monday to Friday does not notice.
      {"CRON_TZ=Europe/Berlin 30 2 * * 1-5", ""},
      {"CRON_TZ=Europe/Berlin 0 9 * * *", ""},
      // America repeats another hour than it skips.
      {"CRON_TZ=America/New_York 30 2 * * *", "skips 2026-03-08 02:00-03:00 (1 from 02:30)"},
      {"CRON_TZ=America/New_York 30 1 * * *", "repeats 2026-11-01 01:00-02:00 (1 from 01:30)"},
      // Britain too.
      {"CRON_TZ=Europe/London 15 1 * * *",
       "skips 2026-03-29 01:00-02:00 (1 from 01:15); repeats 2026-10-25 01:00-02:00 (1 from 01:15)"},
      // The southern half goes back in its autumn.
      {"CRON_TZ=Australia/Sydney 30 2 * * *",
       "repeats 2026-04-05 02:00-03:00 (1 from 02:30); skips 2026-10-04 02:00-03:00 (1 from 02:30)"},
      {"CRON_TZ=Pacific/Auckland 30 2 * * 0",
       "repeats 2026-04-05 02:00-03:00 (1 from 02:30); skips 2026-09-27 02:00-03:00 (1 from 02:30)"},
      // Half an hour.
      {"CRON_TZ=Australia/Lord_Howe 15 2 * * *", "skips 2026-10-04 02:00-02:30 (1 from 02:15)"},
      {"CRON_TZ=Australia/Lord_Howe 45 1 * * *", "repeats 2026-04-05 01:30-02:00 (1 from 01:45)"},
      {"CRON_TZ=Australia/Lord_Howe 45 2 * * *", ""},
      // At midnight, on the day before.
      {"CRON_TZ=America/Santiago 30 23 * * 6", "repeats 2026-04-04 23:00-24:00 (1 from 23:30)"},
      {"CRON_TZ=America/Santiago 30 0 * * *", "skips 2026-09-06 00:00-01:00 (1 from 00:30)"},
      // Not on the hour in between: 02:00 is no Sunday's there.
      {"CRON_TZ=America/Santiago 30 23 * * 0", ""},
      // Nobody changes them.
      {"30 2 * * *", ""},
      {"CRON_TZ=Asia/Kolkata 30 2 * * *", ""},
      {"CRON_TZ=Asia/Tokyo 30 2 * * *", ""},
      {"CRON_TZ=America/Phoenix 30 2 * * *", ""},
      {"CRON_TZ=Etc/GMT+5 30 2 * * *", ""},
      // Several in the hour are counted; a rhythm that goes on beside it is none of the clocks' business.
      {"CRON_TZ=Europe/Berlin 0,30 2 * * *",
       "skips 2026-03-29 02:00-03:00 (2 from 02:00); repeats 2026-10-25 02:00-03:00 (2 from 02:00)"},
      {"CRON_TZ=Europe/Berlin 0 * * * *", ""},
      {"CRON_TZ=Europe/Berlin 30 1-5 * * *", ""},
      {"CRON_TZ=Europe/Berlin 30 1,2 * * *", "skips 2026-03-29 02:00-03:00 (1 from 02:30)"},
      {"CRON_TZ=Europe/Berlin 30 2,14 * * *",
       "skips 2026-03-29 02:00-03:00 (1 from 02:30); repeats 2026-10-25 02:00-03:00 (1 from 02:30)"},
  };
  for (const auto& [schedule, changes] : cases)
    EXPECT_EQ(changes_of(schedule, year{2026} / 1 / 1), changes) << schedule;
}

TEST(ClockChanges, AreLookedForAYearAheadAndNotBehind) {
  const std::string schedule = "CRON_TZ=Europe/Berlin 30 2 * * *";
  EXPECT_EQ(changes_of(schedule, year{2026} / 3 / 28),
            "skips 2026-03-29 02:00-03:00 (1 from 02:30); repeats 2026-10-25 02:00-03:00 (1 from 02:30); "
            "skips 2027-03-28 02:00-03:00 (1 from 02:30)");
  EXPECT_EQ(changes_of(schedule, year{2026} / 3 / 30),
            "repeats 2026-10-25 02:00-03:00 (1 from 02:30); skips 2027-03-28 02:00-03:00 (1 from 02:30)");
}

/// What is said is what next_after() does: the scheduler's own rule.
TEST(ClockChanges, AreWhatTheScheduleItselfDoes) {
  for (const std::string zone : {"Europe/Berlin", "America/New_York", "Australia/Sydney", "America/Santiago",
                                 "Australia/Lord_Howe", "Africa/Cairo", "Asia/Tokyo", "UTC"}) {
    for (int half_hour = 0; half_hour < 48; ++half_hour) {
      const std::string text = fmt::format("CRON_TZ={} {} {} * * *", zone, half_hour % 2 * 30, half_hour / 2);
      const auto schedule = parse_schedule(text);
      ASSERT_TRUE(schedule);
      const sys_seconds from = sys_days{year{2026} / 1 / 1};
      std::size_t starts = 0;
      for (auto at = schedule->next_after(from); at && *at <= from + days{366};
           at = schedule->next_after(*at))
        ++starts;
      int told = 0;
      for (const ClockChange& one : clock_changes(*schedule, from))
        told += one.effect == ClockChange::Effect::skips ? -1 : 1;
      // The offsets of the two ends are the same, so that 366 days have as many starts by the wall clock.
      EXPECT_EQ(starts, 366U + static_cast<unsigned>(told)) << text;
    }
  }
}

}  // namespace
}  // namespace cr::specs
