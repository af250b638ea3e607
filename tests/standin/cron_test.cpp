#include "tests/standin/cron.h"

#include <gtest/gtest.h>

#include "tests/standin/timestamp.h"

namespace cr::standin {
namespace {

TEST(Cron, TakesWhatCoderTakes) {
  for (const auto* text : {"30 9 * * 1-5",
                           "CRON_TZ=UTC 30 9 * * 1-5",
                           "CRON_TZ=US/Central 30 9 * * 1-5",
                           "CRON_TZ=EST 0 9 * * *",
                           "CRON_TZ=Etc/UTC 0 9 * * *",
                           "30 9 * * Mon,Wed,Fri",
                           "30 9 * * MON-FRI",
                           "30 9 * * 0",
                           "0 9 * * SUN-sat",
                           "0 9 * * 1-5,sat",
                           "30 9 * * 1-5/2",
                           "*/15 9 * * *",
                           "0-30/10 9,10 * * *",
                           "00 09 * * *",
                           "  30 9 * * 1-5  ",
                           "CRON_TZ=UTC  30 9 * * 1-5",
                           "30\t9\t*\t*\t1-5",
                           "59 23 * * 6",
                           "* * * * *",
                           "+5 9 * * *",
                           "*- 9 * * *",
                           "*,1 9 * * *",
                           "? 9 * * *",
                           "1, 9 * * *",
                           ",1 9 * * *",
                           "CRON_TZ= 30 9 * * *"}) {
    EXPECT_TRUE(std::holds_alternative<Schedule>(judge_schedule(text))) << text;
  }
}

TEST(Cron, RefusesWhatCoderRefuses) {
  for (const auto* text : {"30 9 * * 7",
                           "30 9 * * 0-7",
                           "30 9 * * 5-1",
                           "0 9 * * -1",
                           "60 9 * * *",
                           "0 24 * * *",
                           "0 9 1 * *",
                           "0 9 * 1 *",
                           "0 9 ? * *",
                           "0 9 */2 * *",
                           "0 9 *",
                           "0 0 9 * * *",
                           "0 9 * * 1-5 x",
                           "0 9 * * monday",
                           "0 9 * * L",
                           "0 9 * * 1#2",
                           "0 9 * * 1-3-5",
                           "0/0 9 * * *",
                           "@daily",
                           "@every 1h",
                           "TZ=UTC 0 9 * * 1",
                           "cron_tz=UTC 0 9 * * 1",
                           " CRON_TZ=UTC 0 9 * * 1",
                           "CRON_TZ=Local 0 9 * * 1",
                           "CRON_TZ=america/new_york 0 9 * * 1",
                           "CRON_TZ=Nope/Zone 0 9 * * 1",
                           "CRON_TZ=+05:30 0 9 * * 1"}) {
    EXPECT_TRUE(std::holds_alternative<ScheduleError>(judge_schedule(text))) << text;
  }
}

TEST(Cron, CrashesOnTabsBehindAPrefix) {
  EXPECT_TRUE(std::holds_alternative<ScheduleCrash>(judge_schedule("CRON_TZ=UTC\t0\t8\t*\t*\t*")));
}

struct NextStart {
  const char* schedule;
  const char* after;
  std::vector<const char*> starts;
};

TEST(Cron, StartsWhenCoderStarts) {
  const std::vector<NextStart> cases = {
      {"0 9 * * tue/2",
       "2026-01-05T10:00:00Z",
       {"2026-01-06T09:00:00Z", "2026-01-08T09:00:00Z", "2026-01-10T09:00:00Z", "2026-01-13T09:00:00Z"}},
      {"0 9 * * */2",
       "2026-01-05T10:00:00Z",
       {"2026-01-06T09:00:00Z", "2026-01-08T09:00:00Z", "2026-01-10T09:00:00Z", "2026-01-11T09:00:00Z"}},
      {"5/15 9 * * *",
       "2026-01-05T09:20:00Z",
       {"2026-01-05T09:35:00Z", "2026-01-05T09:50:00Z", "2026-01-06T09:05:00Z", "2026-01-06T09:20:00Z"}},
      {"CRON_TZ=Europe/Berlin 30 2 * * *",
       "2026-03-28T12:00:00Z",
       {"2026-03-30T00:30:00Z", "2026-03-31T00:30:00Z"}},
      {"CRON_TZ=Europe/Berlin 30 2 * * *",
       "2026-10-24T12:00:00Z",
       {"2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z"}},
      {"CRON_TZ=Europe/Berlin 0 3 * * *",
       "2026-03-28T12:00:00Z",
       {"2026-03-29T01:00:00Z", "2026-03-30T01:00:00Z"}},
      {"CRON_TZ=America/New_York 30 2 * * 0",
       "2026-03-07T12:00:00Z",
       {"2026-03-15T06:30:00Z", "2026-03-22T06:30:00Z"}},
      {"CRON_TZ=America/Sao_Paulo 0 0 * * *", "2018-11-03T12:00:00Z", {"2018-11-05T02:00:00Z"}},
  };
  for (const auto& test : cases) {
    const auto verdict = judge_schedule(test.schedule);
    ASSERT_TRUE(std::holds_alternative<Schedule>(verdict)) << test.schedule;
    Time at = *parse_time(test.after);
    for (const auto* expected : test.starts) {
      const auto start = next_start(std::get<Schedule>(verdict), at, Template{}.autostart_days);
      ASSERT_TRUE(start) << test.schedule;
      EXPECT_EQ(format_time(*start), expected) << test.schedule;
      at = *start;
    }
  }
}

TEST(Cron, SkipsDaysThatTheTemplateForbids) {
  const auto verdict = judge_schedule("0 9 * * 1,2");
  const Time monday = *parse_time("2026-01-05T00:00:00Z");
  EXPECT_EQ(format_time(*next_start(std::get<Schedule>(verdict), monday, {"tuesday"})),
            "2026-01-06T09:00:00Z");
  EXPECT_FALSE(next_start(std::get<Schedule>(verdict), monday, {"friday"}));
}

}  // namespace
}  // namespace cr::standin
