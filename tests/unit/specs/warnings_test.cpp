#include "specs/warnings.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/parse_alone.h"

namespace cr::specs {
namespace {

using namespace std::chrono;
using ::testing::HasSubstr;

constexpr sys_days kNow = year{2026} / 11 / 2;

std::string document(const std::string& name, const std::string& fields, const std::string& metadata = "") {
  return fmt::format(
      "---\napiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {{name: {}{}}}\nspec:\n"
      "  owner: alice\n  template: docker\n  {}\n",
      name, metadata, fields);
}

DesiredState desired_of(const std::string& text) {
  ParsedFile parsed = cr::testing::parse_alone(text, std::make_shared<const std::string>("a.yaml"));
  EXPECT_TRUE(parsed.diagnostics.empty()) << render(parsed.diagnostics.front());
  return assemble(std::move(parsed.specs), {});
}

std::vector<Warning> warned(const std::string& text, std::size_t starts_per_5m = 0, sys_seconds now = kNow) {
  return warnings_on(desired_of(text), now,
                     {.starts_per_5m = starts_per_5m, .starts_setting = "--starts-per-5m"});
}

/// As a person sees them, without what stands in the file.
std::string shown(const std::vector<Warning>& warnings) {
  std::string text;
  for (const Warning& warning : warnings) text += render(as_diagnostic(warning, std::nullopt));
  return text;
}

std::string about(const std::string& fields) {
  return shown(warned(document("api", fields)));
}

std::string suspended(const std::string& value, sys_seconds now = kNow) {
  return shown(warned(
      document("api", "ttl: 8h", fmt::format(", annotations: {{coder-reconciler/suspend: \"{}\"}}", value)),
      0, now));
}

TEST(Warnings, SayNothingOfWhatMostWrite) {
  EXPECT_EQ(about("autostart: CRON_TZ=Europe/Berlin 0 9 * * 1-5\n  ttl: 8h"), "");
  EXPECT_EQ(about("autostart: null\n  ttl: null"), "");
  EXPECT_EQ(about("automaticUpdates: always"), "");
}

TEST(Warnings, NameTheDatesOnWhichClocksChange) {
  EXPECT_EQ(
      about("autostart: CRON_TZ=Europe/Berlin 30 2 * * *"),
      "a.yaml:2:1: warning: spec.autostart: the start at 02:30 does not come on 2027-03-28, when the "
      "clocks of Europe/Berlin skip 02:00–03:00; the start at 02:30 comes twice on 2027-10-31, when the "
      "clocks of Europe/Berlin repeat 02:00–03:00 (choose a time outside 02:00–03:00)\n");
  EXPECT_THAT(
      about("autostart: CRON_TZ=America/New_York 0,30 2 * * *"),
      HasSubstr("2 starts from 02:00 on do not come on 2027-03-14, when the clocks of America/New_York "
                "skip 02:00–03:00 (choose a time outside 02:00–03:00)"));
}

TEST(Warnings, NameATtlThatReachesTheNextStart) {
  EXPECT_EQ(
      about("autostart: 0 9 * * *\n  ttl: 27h"),
      "a.yaml:2:1: warning: spec.ttl: 27h reaches the next start, 24h after the one before, so that the "
      "workspace can be still running then and nothing starts (write a TTL below 24h, or null for no "
      "automatic stop)\n");
  struct Case {
    const char* schedule;
    const char* ttl;
    const char* gap;  ///< null: no warning
  };
  const Case cases[] = {
      // It counts from the end of the build: a day's reaches the same minute of the next.
      {"0 9 * * *", "24h", "24h"},    {"0 9 * * *", "1439m", nullptr}, {"0 9 * * 1", "167h", nullptr},
      {"0 9 * * 1", "168h", "168h"},  {"0 9 * * 1,2", "27h", "24h"},   {"0 9 * * 1,4", "71h", nullptr},
      {"0 9 * * 1,4", "72h", "72h"},  {"0 9 * * 0,6", "25h", "24h"},   {"0 9 * * 1-5", "23h", nullptr},
      {"0 9 * * *", "null", nullptr}, {"null", "27h", nullptr},
  };
  for (const auto& [schedule, ttl, gap] : cases) {
    const std::string told = about(fmt::format("autostart: {}\n  ttl: {}", schedule, ttl));
    if (gap)
      EXPECT_THAT(told, HasSubstr(fmt::format("reaches the next start, {} after", gap))) << schedule << ttl;
    else
      EXPECT_EQ(told, "") << schedule << " " << ttl;
  }
}

TEST(Warnings, NameSeveralStartsADay) {
  EXPECT_EQ(about("autostart: \"* 9 * * 1-5\"\n  ttl: 8h"),
            "a.yaml:2:1: warning: spec.autostart: 60 starts a day: what somebody stops is started again "
            "(choose one minute and one hour, such as \"0 9\")\n")
      << "and nothing of the TTL, for which no value would do";
  EXPECT_THAT(about("autostart: 0 9,14 * * *"), HasSubstr("2 starts a day"));
}

TEST(Warnings, NameAnExceptionAWeekAfterItsEnd) {
  EXPECT_EQ(
      suspended("until 2026-10-26: migration"),
      "a.yaml:2:1: warning: metadata.annotations.\"coder-reconciler/suspend\": the suspension was until "
      "2026-10-26 and has no effect any more (remove it, or give it a new end)\n");
  EXPECT_EQ(suspended("until 2026-10-26", kNow - seconds{1}), "");
  EXPECT_EQ(suspended("until 2026-10-27"), "");
  EXPECT_EQ(suspended("until 2026-12-24"), "");
  EXPECT_EQ(suspended("true"), "");
}

TEST(Warnings, SayTheSameOfManyOnce) {
  std::string text;
  for (const char* name : {"a", "b", "c", "d", "e", "f"})
    text += document(name, "autostart: 0 9 * * *\n  ttl: 30h");
  text += document("g", "autostart: 0 9 * * *\n  ttl: 31h");
  const std::vector<Warning> warnings = warned(text);
  ASSERT_EQ(warnings.size(), 2U);
  EXPECT_EQ(warnings[0].workspaces, 6U);
  EXPECT_EQ(warnings[0].others.size(), 5U);
  EXPECT_EQ(warnings[1].workspaces, 1U);
  EXPECT_THAT(shown(warnings),
              HasSubstr("a.yaml:2:1: warning: spec.ttl: 30h reaches the next start, 24h after "
                        "the one before, so that the workspace can be still running then and "
                        "nothing starts; also for alice/b, alice/c, alice/d and 2 more (write"));
  const std::string two =
      document("a", "autostart: 0 9 * * *\n  ttl: 30h") + document("b", "autostart: 0 9 * * *\n  ttl: 30h");
  EXPECT_THAT(shown(warned(two)), HasSubstr("; also for alice/b (write"));
}

TEST(Warnings, KeepFewOfManyAndCountAll) {
  std::string text;
  for (int i = 0; i < 500; ++i) text += document(fmt::format("w{}", i), "autostart: 0 9 * * *\n  ttl: 30h");
  const std::vector<Warning> warnings = warned(text);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0].workspaces, 500U);
  EXPECT_EQ(warnings[0].others.size(), Warning::kOthers);
  EXPECT_EQ(warnings[0].spec->name, "w0") << "the first in the file, not by name";
  EXPECT_EQ(warnings[0].others.back()->name, "w100");
}

TEST(Warnings, AreSortedByPlace) {
  const std::string text = document("z", "autostart: \"0 9,14 * * *\"") +
                           document("b", "autostart: CRON_TZ=Europe/Berlin 30 2 * * *\n  ttl: 30h") +
                           document("a", "autostart: 0 9 * * *\n  ttl: 30h");
  std::vector<WarningKind> kinds;
  for (const Warning& one : warned(text)) kinds.push_back(one.kind);
  EXPECT_THAT(kinds, ::testing::ElementsAre(WarningKind::several_starts, WarningKind::clock_change,
                                            WarningKind::long_ttl));
}

TEST(Warnings, NameACrowdOnlyWhereThereIsALimit) {
  std::string text;
  for (int i = 0; i < 5; ++i)
    text += document(fmt::format("w{}", i), "autostart: CRON_TZ=Europe/Berlin 0 9 * * 1-5");
  text += document("late", "autostart: CRON_TZ=Europe/Berlin 10 9 * * 1-5");
  EXPECT_EQ(shown(warned(text)), "");
  EXPECT_EQ(shown(warned(text, 5)), "");
  EXPECT_EQ(
      shown(warned(text, 4)),
      "a.yaml:2:1: warning: spec.autostart: 5 workspaces start within 08:00–08:05 UTC on Mon, Tue, Wed, "
      "Thu and Fri, and --starts-per-5m allows 4; also for alice/w1, alice/w2, alice/w3 and 1 more "
      "(spread their minutes)\n");
}

TEST(Warnings, TakeACrowdThatLastsForOne) {
  std::string text;
  for (int i = 0; i < 3; ++i) text += document(fmt::format("w{}", i), "autostart: 0 9 * * *");
  for (int i = 3; i < 8; ++i) text += document(fmt::format("w{}", i), "autostart: 7 9 * * *");
  const std::vector<Warning> warnings = warned(text, 2);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_THAT(warnings[0].message,
              HasSubstr("up to 5 workspaces start within five minutes of 09:00–09:10 UTC every day"));
  EXPECT_EQ(warnings[0].workspaces, 5U);
  EXPECT_EQ(warnings[0].spec->name, "w3");
}

TEST(Warnings, SayOfACrowdTheSameOnEveryDay) {
  std::string text;
  for (int i = 0; i < 3; ++i) text += document(fmt::format("w{}", i), "autostart: 0 9 * * 1,4");
  const std::string told = shown(warned(text, 2));
  EXPECT_THAT(told, HasSubstr("on Mon and Thu"));
  for (int hour = 0; hour < 7 * 24; ++hour)
    EXPECT_EQ(shown(warned(text, 2, kNow + hours{hour})), told) << hour;
  for (const minutes moment :
       {minutes{9 * 60 - 1}, minutes{9 * 60}, minutes{9 * 60 + 1}, minutes{9 * 60 + 5}})
    EXPECT_EQ(shown(warned(text, 2, kNow + moment)), told) << moment.count();
}

}  // namespace
}  // namespace cr::specs
