// What people write that nearly is what they mean: the error says what it is, and its remedy loses no part of
// it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "specs/duration.h"
#include "specs/schedule.h"
#include "tests/support/parse_alone.h"

namespace cr::specs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::string spec_with(const std::string& line) {
  return "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {name: a}\nspec:\n  owner: a\n  "
         "template: "
         "t\n  " +
         line + "\n";
}

ParsedFile parse_text(const std::string& text) {
  return cr::testing::parse_alone(text, std::make_shared<const std::string>("a.yaml"));
}

/// All errors of a text, rendered; a text without one is a failure.
std::string errors_of(const std::string& text) {
  const ParsedFile parsed = parse_text(text);
  EXPECT_THAT(parsed.diagnostics, Not(IsEmpty())) << text;
  std::string all;
  for (const Diagnostic& diagnostic : parsed.diagnostics) all += render(diagnostic);
  return all;
}

TEST(Misleading, ADurationInWordsIsRespeltAsAWhole) {
  for (const auto& [text, remedy] : {std::pair{"1h 30m", "write 1h30m"},
                                     {"1 h 30 m", "write 1h30m"},
                                     {"8 hours", "write 8h"},
                                     {"8hours", "write 8h"},
                                     {"1 hour, 30 minutes", "write 1h30m"},
                                     {"1 day and 12 hrs", "write 1d12h"},
                                     {"90 Min", "write 90m"},
                                     {"1h30", "write a duration such as 8h, 90m or 1h30m"},
                                     {"1h 30", "write a duration such as 8h, 90m or 1h30m"},
                                     {"8 h 2 weeks", "write a duration such as 8h, 90m or 1h30m"},
                                     {"1.5 hours", "write a duration such as 8h, 90m or 1h30m"},
                                     {"2 months", "write a duration such as 8h, 90m or 1h30m"},
                                     {"8", "the unit is missing; did you mean 8m or 8h?"}}) {
    EXPECT_EQ(parse_ttl(text).error().remedy(), remedy) << text;
  }
}

TEST(Misleading, NoOtherOffsetIsEverSuggested) {
  for (const char* zone : {"GMT+2", "UTC+1", "Etc/GMT+20", "GMT2", "+02:00", "UTC-5", "EST4EDT", "PST",
                           "CEST", "IST", "GMT+02", "Etc/UTC+1"}) {
    const auto schedule = parse_schedule("CRON_TZ=" + std::string(zone) + " 0 9 * * 1-5");
    ASSERT_FALSE(schedule) << zone;
    EXPECT_THAT(schedule.error().remedy(), Not(HasSubstr("did you mean"))) << zone;
    EXPECT_THAT(schedule.error().remedy(), HasSubstr("Europe/Berlin")) << zone;
  }
  for (const auto& [zone, meant] : {std::pair{"europe/berlin", "Europe/Berlin"},
                                    {"Europe/Berln", "Europe/Berlin"},
                                    {"utc", "UTC"},
                                    {"est5edt", "EST5EDT"}}) {
    const auto schedule = parse_schedule("CRON_TZ=" + std::string(zone) + " 0 9 * * 1-5");
    ASSERT_FALSE(schedule) << zone;
    EXPECT_EQ(schedule.error().remedy(), "did you mean \"" + std::string(meant) + "\"?");
  }
}

TEST(Misleading, TheNthWeekdayOfAMonthIsNoWeekday) {
  for (const char* day : {"MON#1", "1#2", "mon#5", "FRIL", "5L", "L"}) {
    const auto schedule = parse_schedule("0 9 * * " + std::string(day));
    ASSERT_FALSE(schedule) << day;
    EXPECT_THAT(schedule.error().message(), HasSubstr("no n-th or last weekday")) << day;
  }
  EXPECT_THAT(parse_schedule("0 9 * * mondays").error().message(), HasSubstr("write \"mon\""));
  EXPECT_THAT(parse_schedule("0 9 * * mon1").error().message(), Not(HasSubstr("write \"mon\"")));
}

TEST(Misleading, WhatMeansNoneIsWrittenNull) {
  for (const std::string word : {"false", "no", "off", "\"off\"", "never", "none", "False", "disabled"}) {
    EXPECT_THAT(errors_of(spec_with("autostart: " + word)), HasSubstr("write null for no autostart")) << word;
    EXPECT_THAT(errors_of(spec_with("ttl: " + word)), HasSubstr("write null for no automatic stop")) << word;
  }
  EXPECT_THAT(errors_of(spec_with("autostart: true")), HasSubstr("write a schedule such as"));
}

TEST(Misleading, AByteOrderMarkInTheMidstIsNamed) {
  const std::string mark = "\xEF\xBB\xBF";
  const std::string behind = errors_of("---\n" + mark + spec_with(""));
  EXPECT_THAT(behind, HasSubstr("unknown key \"\\ufeffapiVersion\""));
  EXPECT_THAT(behind, HasSubstr("it contains invisible characters; delete them"));
  EXPECT_THAT(behind, Not(HasSubstr("did you mean")));
  // Where it may stand: before a document.
  EXPECT_THAT(parse_text(mark + spec_with("ttl: 8h") + mark + "---\n" + spec_with("ttl: 7h")).specs,
              SizeIs(2));
}

TEST(Misleading, AMergeConflictIsCalledOneAndTakesNoOtherDocument) {
  const std::string good = spec_with("ttl: 8h");
  const std::string conflict =
      "<<<<<<< HEAD\n  ttl: 7h\n||||||| base\n  ttl: 5h\n=======\n  ttl: 6h\n>>>>>>> main\n";
  const ParsedFile parsed =
      parse_text(good + "---\n" + spec_with("dormant: false") + conflict + "---\n" + good);
  EXPECT_THAT(parsed.specs, SizeIs(2));
  ASSERT_THAT(parsed.diagnostics, SizeIs(1));
  EXPECT_THAT(render(parsed.diagnostics[0]),
              HasSubstr("a.yaml:16:1: unresolved merge conflict (keep one side and delete"));
  // A whole document between the markers is one side of it.
  const ParsedFile whole = parse_text(good + "<<<<<<< HEAD\n---\n" + good + "---\n" + good +
                                      "=======\n>>>>>>> main\n---\n" + good);
  EXPECT_THAT(whole.specs, SizeIs(1));
  for (const char* left : {"=======\n", ">>>>>>> main\n", "<<<<<<<\n", "=======\r\n"}) {
    EXPECT_THAT(errors_of(good + left), HasSubstr("merge conflict")) << left;
  }
  EXPECT_THAT(parse_text(spec_with("parameters: {a: '======='}")).specs, SizeIs(1));
}

TEST(Misleading, LineEndsOfACarriageReturnAloneAreNamed) {
  std::string text = spec_with("ttl: 8h");
  for (char& c : text)
    if (c == '\n') c = '\r';
  EXPECT_THAT(errors_of(text), HasSubstr("bare carriage return (CR)"));
}

TEST(Misleading, ATabIsShownWhereItIsComplainedOf) {
  EXPECT_THAT(errors_of("apiVersion: coder-reconciler/v1\n\tkind: Workspace\n"),
              HasSubstr("\n  →kind: Workspace\n"));
}

TEST(Misleading, HalvesOfACharacterAreShownAsTheWhole) {
  const std::string error = errors_of(spec_with(R"(parameters: {a: "x\ud83d\ude00"})"));
  EXPECT_THAT(error, HasSubstr("a.yaml:7:21: \\ud83d is half of a surrogate pair"));
  EXPECT_THAT(error, HasSubstr("write the character itself, or \\U0001f600"));
  EXPECT_THAT(errors_of(spec_with(R"(parameters: {a: "\udc00"})")),
              HasSubstr("\\udc00 is half of a surrogate pair"));
}

TEST(Misleading, TheOwnerOfPrebuiltWorkspacesIsNobodysOwner) {
  for (const char* owner : {"prebuilds", "Prebuilds", "c42fdf75-3097-471c-8c33-fb52454d81c0",
                            "C42FDF75-3097-471C-8C33-FB52454D81C0"}) {
    const std::string text =
        "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {name: a}\nspec: {template: t, owner: " +
        std::string(owner) + "}\n";
    EXPECT_THAT(errors_of(text), HasSubstr("prebuilt workspaces")) << owner;
    EXPECT_THAT(parse_text(text).specs, IsEmpty());
  }
}

TEST(Misleading, TextThatCoderCantStoreIsRefusedWhereverItStands) {
  for (const char* line : {R"(parameters: {a: "e\0u"})", R"(parameters: {"e\0u": a})",
                           R"(templateVersion: "v\0")", R"(organization: "\0")", R"("parameters\0": {})",
                           R"(parameters: {a: "e\x00u"})", R"(parameters: {a: "e\u0000u"})"}) {
    EXPECT_THAT(errors_of(spec_with(line)), HasSubstr("NUL character, which Coder cannot store")) << line;
    EXPECT_THAT(errors_of(spec_with(line)), HasSubstr("a.yaml:7:")) << line;
  }
  const std::string head =
      "apiVersion: coder-reconciler/v1\nkind: Workspace\nspec: {owner: a, template: t}\n";
  EXPECT_THAT(errors_of(head + "metadata: {name: \"a\\0\"}\n"), HasSubstr("NUL"));
  EXPECT_THAT(errors_of(head + "metadata: {name: a, annotations: {a: \"a\\0\"}}\n"), HasSubstr("NUL"));
  EXPECT_THAT(errors_of(head + "metadata: {name: a, labels: {a: \"a\\0\"}}\n"), HasSubstr("NUL"));
  EXPECT_THAT(parse_text(spec_with(R"(parameters: {a: "line\nline\ttab\r\n"})")).specs, SizeIs(1));
}

}  // namespace
}  // namespace cr::specs
