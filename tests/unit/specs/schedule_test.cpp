#include "specs/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

namespace cr::specs {
namespace {

using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

Schedule schedule(std::string_view text) {
  auto parsed = parse_schedule(text);
  EXPECT_TRUE(parsed) << text << ": " << (parsed ? "" : parsed.error().message());
  return *parsed;
}

Schedule live(std::string_view text) {
  auto parsed = parse_live_schedule(text);
  EXPECT_TRUE(parsed) << text << ": " << (parsed ? "" : parsed.error().message());
  return *parsed;
}

std::chrono::sys_seconds utc(int year, unsigned month, unsigned day, int hour = 0, int minute = 0,
                             int second = 0) {
  using namespace std::chrono;
  return sys_days{std::chrono::year{year} / month / day} + hours{hour} + minutes{minute} + seconds{second};
}

std::string show(std::chrono::sys_seconds t) {
  using namespace std::chrono;
  const auto day = floor<days>(t);
  const year_month_day date{day};
  const hh_mm_ss time{t - day};
  std::ostringstream out;
  out << static_cast<int>(date.year()) << '-' << static_cast<unsigned>(date.month()) << '-'
      << static_cast<unsigned>(date.day()) << ' ' << time.hours().count() << ':' << time.minutes().count();
  return out.str();
}

// What Coder's own parser accepts and refuses; both lists were run against it.
constexpr const char* kAccepted[] = {
    "30 9 * * 1-5",
    "CRON_TZ=UTC 30 9 * * 1-5",
    "CRON_TZ=US/Central 30 9 * * 1-5",
    "CRON_TZ=EST 0 9 * * *",
    "CRON_TZ=Etc/UTC 0 9 * * *",
    "CRON_TZ=Europe/Kiev 0 9 * * *",
    "CRON_TZ=Europe/Kyiv 0 9 * * *",
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
    "0 9 * * *,1",
};

constexpr const char* kRefused[] = {
    "30 9 * * 7",
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
    "1/2/3 9 * * *",
    "@daily",
    "@every 1h",
    "TZ=UTC 0 9 * * 1",
    "cron_tz=UTC 0 9 * * 1",
    " CRON_TZ=UTC 0 9 * * 1",
    "CRON_TZ=Local 0 9 * * 1",
    "CRON_TZ=localtime 0 9 * * 1",
    "CRON_TZ=posix/Europe/Berlin 0 9 * * 1",
    "CRON_TZ=../zoneinfo/UTC 0 9 * * 1",
    "CRON_TZ=/usr/share/zoneinfo/UTC 0 9 * * 1",
    "CRON_TZ=+05:30 0 9 * * 1",
    "CRON_TZ=UTC\t0 9 * * 1",
    "CRON_TZ=UTC\t0\t9\t*\t*\t1",
    "CRON_TZ=UTC",
    "CRON_TZ=",
    "",
    "   ",
};

// Coder takes these, or has no database to refuse them by, but no person means them.
constexpr const char* kRefusedInSpecsOnly[] = {
    "+5 9 * * *", "*- 9 * * *",   "*-7 9 * * *",           "? 9 * * *", "0 9 * * ?", "1, 9 * * *",
    ",1 9 * * *", "1,,2 9 * * *", "CRON_TZ= 30 9 * * 1-5",
};

TEST(Schedule, AcceptsWhatCoderAccepts) {
  for (const char* text : kAccepted) {
    EXPECT_TRUE(parse_schedule(text)) << text;
    EXPECT_TRUE(parse_live_schedule(text)) << text;
  }
}

TEST(Schedule, RefusesWhatCoderRefuses) {
  for (const char* text : kRefused) {
    const auto strict = parse_schedule(text);
    ASSERT_FALSE(strict) << text;
    EXPECT_FALSE(strict.error().message().empty()) << text;
    EXPECT_FALSE(parse_live_schedule(text)) << text;
  }
}

TEST(Schedule, RefusesInSpecsWhatNoPersonMeansButReadsItFromCoder) {
  for (const char* text : kRefusedInSpecsOnly) {
    EXPECT_FALSE(parse_schedule(text)) << text;
    EXPECT_TRUE(parse_live_schedule(text)) << text;
  }
}

TEST(Schedule, KnowsZonesByTheirExactName) {
  EXPECT_FALSE(parse_schedule("CRON_TZ=america/new_york 0 9 * * 1"));
  EXPECT_FALSE(parse_schedule("CRON_TZ=Nope/Zone 0 9 * * 1"));
}

TEST(Schedule, ReadsSetsOfMinutesHoursAndWeekdays) {
  const Schedule s = schedule("0-30/10 9,17 * * 1-5,sat");
  EXPECT_EQ(s.minutes(), (1ULL << 0 | 1ULL << 10 | 1ULL << 20 | 1ULL << 30));
  EXPECT_EQ(s.hours(), (1U << 9 | 1U << 17));
  EXPECT_EQ(s.weekdays(), 0b1111110);
  EXPECT_EQ(s.zone(), "UTC");
}

TEST(Schedule, StepWithoutRangeRunsToTheFieldsMaximum) {
  EXPECT_EQ(schedule("5/15 9 * * *").minutes(), (1ULL << 5 | 1ULL << 20 | 1ULL << 35 | 1ULL << 50));
  EXPECT_EQ(schedule("0 9 * * tue/2").weekdays(), (1 << 2 | 1 << 4 | 1 << 6));
  EXPECT_EQ(schedule("0 9 * * */2").weekdays(), (1 << 0 | 1 << 2 | 1 << 4 | 1 << 6));
}

TEST(Schedule, SendsTextAsWrittenWithSingleBlanks) {
  EXPECT_EQ(schedule("  00\t09 *  * MON ").text(), "00 09 * * MON");
  EXPECT_EQ(schedule("CRON_TZ=Europe/Berlin   0 9 * * 1").text(), "CRON_TZ=Europe/Berlin 0 9 * * 1");
}

TEST(Schedule, EqualByMeaningNotByText) {
  EXPECT_EQ(schedule("30 9 * * 1-5"), schedule("CRON_TZ=UTC 30 09 * * Mon-Fri"));
  EXPECT_EQ(schedule("0 9 * * *"), schedule("0 9 * * 0-6"));
  EXPECT_EQ(schedule("0 9 * * 1,3,5"), schedule("0 9 * * 1-5/2"));
  EXPECT_EQ(live(",30 9 * * ?"), schedule("30 9 * * *"));
  EXPECT_NE(schedule("0 9 * * 1"), schedule("0 9 * * 2"));
  EXPECT_NE(schedule("0 9 * * 1"), schedule("1 9 * * 1"));
  EXPECT_NE(schedule("0 9 * * 1"), schedule("0 8 * * 1"));
}

TEST(Schedule, EqualWhereZonesAreLinksToTheSameRules) {
  EXPECT_EQ(schedule("CRON_TZ=US/Central 0 9 * * *"), schedule("CRON_TZ=America/Chicago 0 9 * * *"));
  EXPECT_EQ(schedule("CRON_TZ=Europe/Kiev 0 9 * * *"), schedule("CRON_TZ=Europe/Kyiv 0 9 * * *"));
  EXPECT_EQ(schedule("0 9 * * *"), schedule("CRON_TZ=Etc/UTC 0 9 * * *"));
  EXPECT_NE(schedule("CRON_TZ=Europe/Berlin 0 9 * * *"), schedule("CRON_TZ=Europe/Paris 0 9 * * *"));
}

TEST(Schedule, KeepsZonesThatOnlyCoderKnowsByName) {
  const Schedule s = live("CRON_TZ=Mars/Olympus_Mons 0 9 * * *");
  EXPECT_EQ(s.zone(), "Mars/Olympus_Mons");
  EXPECT_EQ(s, live("CRON_TZ=Mars/Olympus_Mons 00 9 * * *"));
  EXPECT_NE(s, schedule("0 9 * * *"));
  EXPECT_EQ(s.next_after(utc(2026, 1, 1)), std::nullopt);
}

struct Starts {
  const char* name;
  const char* schedule;
  std::chrono::sys_seconds after;
  std::vector<std::string> next;
};

class ScheduleStarts : public ::testing::TestWithParam<Starts> {};

TEST_P(ScheduleStarts, AreThoseOfCoder) {
  const Schedule s = schedule(GetParam().schedule);
  std::vector<std::string> got;
  auto at = GetParam().after;
  while (got.size() < GetParam().next.size()) {
    const auto next = s.next_after(at);
    ASSERT_TRUE(next);
    ASSERT_GT(*next, at);
    got.push_back(show(*next));
    at = *next;
  }
  EXPECT_THAT(got, ElementsAreArray(GetParam().next));
}

INSTANTIATE_TEST_SUITE_P(
    Vectors, ScheduleStarts,
    ::testing::Values(
        Starts{"WeekdayStepFromADay",
               "0 9 * * tue/2",
               utc(2026, 1, 5, 10),
               {"2026-1-6 9:0", "2026-1-8 9:0", "2026-1-10 9:0", "2026-1-13 9:0"}},
        Starts{"WeekdayStepFromSunday",
               "0 9 * * */2",
               utc(2026, 1, 5, 10),
               {"2026-1-6 9:0", "2026-1-8 9:0", "2026-1-10 9:0", "2026-1-11 9:0"}},
        Starts{"MinuteStepFromAMinute",
               "5/15 9 * * *",
               utc(2026, 1, 5, 9, 20),
               {"2026-1-5 9:35", "2026-1-5 9:50", "2026-1-6 9:5", "2026-1-6 9:20"}},
        Starts{"DayOfTheGapIsSkipped",
               "CRON_TZ=Europe/Berlin 30 2 * * *",
               utc(2026, 3, 28, 12),
               {"2026-3-30 0:30", "2026-3-31 0:30"}},
        Starts{"OverlapStartsTwice",
               "CRON_TZ=Europe/Berlin 30 2 * * *",
               utc(2026, 10, 24, 12),
               {"2026-10-25 0:30", "2026-10-25 1:30", "2026-10-26 1:30"}},
        Starts{"EndOfTheGapIsNoGap",
               "CRON_TZ=Europe/Berlin 0 3 * * *",
               utc(2026, 3, 28, 12),
               {"2026-3-29 1:0", "2026-3-30 1:0"}},
        Starts{"GapOnTheOnlyWeekdaySkipsAWeek",
               "CRON_TZ=America/New_York 30 2 * * 0",
               utc(2026, 3, 7, 12),
               {"2026-3-15 6:30", "2026-3-22 6:30"}},
        Starts{"MidnightThatDoesNotExist",
               "CRON_TZ=America/Sao_Paulo 0 0 * * *",
               utc(2018, 11, 3, 12),
               {"2018-11-5 2:0"}},
        Starts{"StartsStrictlyAfter", "30 9 * * *", utc(2026, 1, 5, 9, 30), {"2026-1-6 9:30"}},
        Starts{"ASecondBeforeIsBefore", "30 9 * * *", utc(2026, 1, 5, 9, 29, 59), {"2026-1-5 9:30"}},
        Starts{"EveryMinute", "* * * * *", utc(2026, 1, 5, 9, 29, 1), {"2026-1-5 9:30", "2026-1-5 9:31"}},
        Starts{"WeekdayIsTheZonesOwn",
               "CRON_TZ=Pacific/Auckland 0 6 * * mon",
               utc(2026, 7, 1),
               {"2026-7-5 18:0", "2026-7-12 18:0"}}),
    [](const auto& param_info) { return std::string(param_info.param.name); });

TEST(Schedule, HasNoStartWhereASetIsEmpty) {
  EXPECT_EQ(live(", 9 * * *").next_after(utc(2026, 1, 1)), std::nullopt);
}

struct Refusal {
  const char* text;
  const char* says;
};

TEST(Schedule, ErrorsSayWhatIsAllowed) {
  for (const auto& [text, says] : {
           Refusal{"60 9 * * *", "invalid minute field: \"60\" is not allowed; allowed values: 0-59"},
           Refusal{"0 24 * * *", "invalid hour field: \"24\" is not allowed; allowed values: 0-23"},
           Refusal{"0 9 * * 7", "7 is not allowed; write 0 for Sunday"},
           Refusal{"0 9 * * Monday", "write \"mon\""},
           Refusal{"0 9 1 * *", "day-of-month field is \"1\", but Coder allows only \"*\""},
           Refusal{"0 9 * jan *", "month field is \"jan\""},
           Refusal{"0 9 *", "expected five fields (minute hour * * weekday), found 3"},
           Refusal{"5-1 9 * * *", "runs backwards"},
           Refusal{"*/0 9 * * *", "the step must not be 0"},
           Refusal{"*/x 9 * * *", "the step \"x\" is not a number"},
           Refusal{"1,,2 9 * * *", "empty list item"},
           Refusal{"@daily", "\"@daily\" is not supported"},
           Refusal{"TZ=UTC 0 9 * * 1", "write CRON_TZ=<zone>"},
           Refusal{" CRON_TZ=UTC 0 9 * * 1", "must be at the very beginning"},
           Refusal{"CRON_TZ=UTC\t0 9 * * 1", "followed by a space"},
       }) {
    const auto parsed = parse_schedule(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_THAT(parsed.error().message(), HasSubstr(says));
  }
}

TEST(Schedule, ErrorsSuggestTheZoneThatWasMeant) {
  for (const auto& [zone, meant] :
       {std::pair{"Europe/berlin", "Europe/Berlin"}, std::pair{"Berlin", "Europe/Berlin"},
        std::pair{"america/new_york", "America/New_York"}, std::pair{"Europe/Belrin", "Europe/Berlin"}}) {
    const auto parsed = parse_schedule("CRON_TZ=" + std::string(zone) + " 0 9 * * 1");
    ASSERT_FALSE(parsed);
    EXPECT_THAT(parsed.error().message(), HasSubstr(zone));
    EXPECT_EQ(parsed.error().remedy(), "did you mean \"" + std::string(meant) + "\"?");
  }
}

}  // namespace
}  // namespace cr::specs
