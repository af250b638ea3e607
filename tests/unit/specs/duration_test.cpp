#include "specs/duration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace cr::specs {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

struct Written {
  const char* text;
  std::chrono::nanoseconds value;
};

TEST(Duration, ReadsWhatGoReads) {
  for (const auto& [text, value] : {
           Written{"0", 0ns},
           Written{"-0", 0ns},
           Written{"0s", 0ns},
           Written{"90m", 90min},
           Written{"1h30m", 90min},
           Written{"1.5h", 90min},
           Written{".5h", 30min},
           Written{"1.h", 1h},
           Written{"30m1h", 90min},
           Written{"-2s", -2s},
           Written{"+8h", 8h},
           Written{"1d", 24h},
           Written{"1d12h", 36h},
           Written{"1.5s", 1500ms},
           Written{"100ms", 100ms},
           Written{"3us", 3us},
           Written{"3\u00B5s", 3us},
           Written{"3\u03BCs", 3us},
           Written{"7ns", 7ns},
           Written{"0.000000001s", 1ns},
           Written{"0.0000000019s", 1ns},
           Written{"0.33333333333333333333333333333h", 20min - 1ns},
           Written{"9223372036854775807ns", std::chrono::nanoseconds::max()},
       }) {
    const auto parsed = parse_duration(text);
    ASSERT_TRUE(parsed) << text << ": " << parsed.error().message();
    EXPECT_EQ(*parsed, value) << text;
  }
}

TEST(Duration, RefusesWhatGoRefuses) {
  for (const char* text : {"",           "+",
                           "-",          "3",
                           "3.5",        ".",
                           ".s",         "h",
                           "8hours",     "8 h",
                           " 8h",        "8h ",
                           "1e3s",       "0x8h",
                           "8H",         "1h-30m",
                           "--1h",       "1w",
                           "1y",         "1h30",
                           "8,5h",       "9223372036854775808ns",
                           "300000000h", "99999999999999999999999999999999999999999h",
                           "8h\n"})
    EXPECT_FALSE(parse_duration(text)) << text;
  EXPECT_FALSE(parse_duration(std::string_view("8h\0", 3)));
}

TEST(Ttl, TakesWholeMinutesWithinCodersRange) {
  for (const auto& [text, minutes] :
       {std::pair{"1m", 1}, std::pair{"60s", 1}, std::pair{"8h", 480}, std::pair{"1.5h", 90},
        std::pair{"30d", 43200}, std::pair{"720h", 43200}}) {
    const auto ttl = parse_ttl(text);
    ASSERT_TRUE(ttl) << text << ": " << ttl.error().message();
    EXPECT_EQ(ttl->count(), minutes);
  }
}

struct Refusal {
  const char* text;
  const char* message;
  const char* remedy;
};

TEST(Ttl, ErrorsNameTheValueAndTheWayOut) {
  for (const auto& [text, message, remedy] : {
           Refusal{"90s", "invalid TTL \"90s\": not a whole number of minutes; Coder would keep 1m",
                   "write 1m or 2m"},
           Refusal{"90500ms", "Coder would keep 1m", "write 1m or 2m"},
           Refusal{"8h0.5s", "Coder would keep 8h", "write 8h or 8h1m"},
           Refusal{"59s", "invalid TTL \"59s\": shorter than Coder allows", "between 1m and 30d (720h)"},
           Refusal{"-1h", "shorter than Coder allows", "between 1m and 30d"},
           Refusal{"0", "must not be zero", "write null for no automatic stop"},
           Refusal{"0s", "must not be zero", "write null for no automatic stop"},
           Refusal{"30d1m", "longer than Coder allows", "or null for no automatic stop"},
           Refusal{"30d1s", "longer than Coder allows", "or null for no automatic stop"},
           Refusal{"480", "invalid duration \"480\"", "the unit is missing; did you mean 480m or 480h?"},
           Refusal{"480 ", "invalid duration \"480 \"", "the unit is missing; did you mean 480m or 480h?"},
           Refusal{"8hours", "invalid duration \"8hours\"", "write 8h"},
           Refusal{"30min", "invalid duration", "write 30m"},
           Refusal{"8 h", "invalid duration", "write 8h"},
           Refusal{"eight", "invalid duration", "write a duration such as 8h"},
       }) {
    const auto ttl = parse_ttl(text);
    ASSERT_FALSE(ttl) << text;
    EXPECT_THAT(ttl.error().message(), HasSubstr(message));
    EXPECT_THAT(ttl.error().remedy(), HasSubstr(remedy));
  }
}

TEST(Duration, FormatsAsShortAsItParses) {
  for (const auto& [text, value] : {
           Written{"0s", 0ns},
           Written{"8h", 8h},
           Written{"1h30m", 90min},
           Written{"45s", 45s},
           Written{"1m1.5s", 61500ms},
           Written{"0.000000001s", 1ns},
           Written{"720h", 720h},
           Written{"-2h5s", -(2h + 5s)},
       })
    EXPECT_EQ(format_duration(value), text);
}

TEST(Duration, FormatAndParseAreInverse) {
  for (const auto value :
       {std::chrono::nanoseconds::max(), std::chrono::nanoseconds::min() + 1ns,
        std::chrono::nanoseconds{1'234'567'890'123}, std::chrono::nanoseconds{-999'999'999}}) {
    const auto parsed = parse_duration(format_duration(value));
    ASSERT_TRUE(parsed) << format_duration(value);
    EXPECT_EQ(*parsed, value);
  }
}

}  // namespace
}  // namespace cr::specs
