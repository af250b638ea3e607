#include "specs/text/timestamp.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdio>
#include <optional>
#include <random>
#include <regex>
#include <string>

namespace cr::text {
namespace {

using namespace std::chrono;

/// The grammar as one reads it, and the calendar, character by character.
std::optional<sys_seconds> read_plainly(const std::string& text) {
  static const std::regex kGrammar(
      R"(([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]+)?(Z|([+-])([0-9]{2}):([0-9]{2})))");
  std::smatch part;
  if (!std::regex_match(text, part, kGrammar)) return std::nullopt;
  const auto number = [&part](std::size_t group) { return std::stoi(part[group].str()); };
  const year_month_day date{year(number(1)), month(static_cast<unsigned>(number(2))),
                            day(static_cast<unsigned>(number(3)))};
  if (!date.ok() || number(4) > 23 || number(5) > 59 || number(6) > 60) return std::nullopt;
  const sys_seconds at = sys_days(date) + hours(number(4)) + minutes(number(5)) + seconds(number(6));
  if (part[8] == "Z") return at;
  const minutes offset = hours(number(10)) + minutes(number(11));
  return part[9] == "-" ? at + offset : at - offset;
}

class Texts {
 public:
  std::string next() {
    std::string text =
        digits(4) + "-" + two(13) + "-" + two(32) + "T" + two(24) + ":" + two(60) + ":" + two(61);
    if (below(3) != 0) text += "." + digits(1 + below(9));
    text += below(3) != 0 ? "Z" : (below(2) != 0 ? "+" : "-") + two(15) + ":" + two(60);
    return text;
  }
  /// One in which something is wrong, mostly.
  std::string damaged() {
    std::string text = next();
    for (std::size_t i = below(3); i < 3; ++i) {
      const std::size_t at = below(text.size());
      switch (below(4)) {
        case 0:
          text[at] = static_cast<char>(below(256));
          break;
        case 1:
          // Next to what belongs there: "/" and ":" are neighbours of the digits.
          text[at] = static_cast<char>(text[at] + (below(2) != 0 ? 1 : -1));
          break;
        case 2:
          text.erase(at, 1);
          break;
        default:
          text.insert(at, 1, "0:-.TZ+"[below(7)]);
          break;
      }
    }
    return text;
  }

 private:
  std::size_t below(std::size_t end) { return random_() % end; }
  std::string digits(std::size_t count) {
    std::string text;
    for (; count > 0; --count) text += static_cast<char>('0' + below(10));
    return text;
  }
  std::string two(std::size_t end) {
    const std::size_t value = below(end);
    return {static_cast<char>('0' + value / 10), static_cast<char>('0' + value % 10)};
  }

  std::mt19937 random_{20261124};
};

TEST(Timestamp, IsReadAsItsGrammarAndTheCalendarSay) {
  Texts texts;
  int times = 0;
  for (int i = 0; i < 4'000; ++i) {
    const std::string text = texts.next();
    const auto want = read_plainly(text);
    ASSERT_EQ(parse_timestamp(text), want) << text;
    times += want ? 1 : 0;
  }
  EXPECT_GT(times, 2'000);
}

TEST(Timestamp, IsNoneWhereAnyCharacterIsWrong) {
  Texts texts;
  int none = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::string text = texts.damaged();
    const auto want = read_plainly(text);
    ASSERT_EQ(parse_timestamp(text), want) << text;
    none += want ? 0 : 1;
  }
  EXPECT_GT(none, 4'000);
  // Every character at every place, each alone.
  const std::string right = "2026-11-24T13:26:58.5Z";
  for (std::size_t at = 0; at < right.size(); ++at) {
    for (int c = 0; c < 256; ++c) {
      std::string text = right;
      text[at] = static_cast<char>(c);
      ASSERT_EQ(parse_timestamp(text), read_plainly(text)) << at << ": " << c;
    }
  }
}

TEST(Timestamp, IsReadToTheMicrosecondWhereItIsAskedFor) {
  const auto at = sys_days(year{2026} / 11 / 25) + hours(21);
  EXPECT_EQ(parse_timestamp_us("2026-11-25T21:00:00Z"), at);
  EXPECT_EQ(parse_timestamp_us("2026-11-25T21:00:00.5Z"), at + milliseconds(500));
  EXPECT_EQ(parse_timestamp_us("2026-11-25T21:00:00.000007Z"), at + microseconds(7));
  EXPECT_EQ(parse_timestamp_us("2026-11-25T21:00:00.851979999Z"), at + microseconds(851'979));
  EXPECT_EQ(parse_timestamp_us("2026-11-25T22:30:00.25+01:30"), at + milliseconds(250));
  for (const char* bad : {"", "2026-11-25", "2026-11-25T21:00:00.Z", "2026-11-25T21:00:00.5"}) {
    EXPECT_EQ(parse_timestamp_us(bad), std::nullopt) << bad;
  }
}

TEST(Timestamp, DatesAreTheDaysThatThereAre) {
  for (int y : {0, 1600, 1900, 1999, 2000, 2026, 2028, 9999}) {
    for (int m = 0; m <= 13; ++m) {
      for (int d = 0; d <= 32; ++d) {
        char text[16];
        std::snprintf(text, sizeof(text), "%04d-%02d-%02d", y, m, d);
        const year_month_day date{year(y), month(static_cast<unsigned>(m)), day(static_cast<unsigned>(d))};
        EXPECT_EQ(parse_date(text), date.ok() ? std::optional(sys_days(date)) : std::nullopt) << text;
      }
    }
  }
  for (const char* bad : {"", "2026-11-2", "2026-11-244", "2026/11-24", "2026-11:24", "202a-11-24",
                          "2026-1:-24", "2026-11-2/", " 026-11-24",
                          "2026-11\xad"
                          "24"}) {
    EXPECT_EQ(parse_date(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace cr::text
