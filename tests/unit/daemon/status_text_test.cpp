#include "daemon/status/status_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "reconcile/report/render.h"
#include "tests/unit/daemon/reports.h"

namespace cr::daemon {
namespace {

using nlohmann::json;
using reconcile::Reason;
using ::testing::HasSubstr;
using ::testing::Not;

json summary_of(const reconcile::CycleReport& report) {
  json made = reconcile::summary_json(report);
  made["daemon"] = {{"ready", true}, {"reason", "the last cycle succeeded 12 s ago"}};
  made["specs"] = {{"valid", 3},   {"sets", 0},       {"files", 1},
                   {"invalid", 0}, {"duplicates", 0}, {"stale", false}};
  return made;
}

TEST(StatusText, SaysWhetherItIsReadyAndHowTheFleetStands) {
  const json summary =
      summary_of(testing::a_report({Reason::InSync, Reason::Forbidden, Reason::Forbidden, Reason::NotRead}));
  const std::string text = status_text(summary, {}, "http://127.0.0.1:9466", false);
  EXPECT_THAT(text, ::testing::StartsWith("ready: the last cycle succeeded 12 s ago\n"
                                          "4 workspaces: 1 as declared, 2 not, 1 unknown (2 Forbidden, 1 "
                                          "NotRead)\n3 specs in 1 file"));
  EXPECT_THAT(text, Not(HasSubstr("Held")));
  EXPECT_THAT(text, Not(HasSubstr("Needs action")));
  EXPECT_TRUE(says_ready(summary));
}

TEST(StatusText, AHeldPlanHasItsDigestAndWayOut) {
  json summary = summary_of(testing::a_report({Reason::Held}));
  summary.update({{"held", true}, {"digest", "00d1"}, {"heldMessage", "14 changes, more than 10"}});
  EXPECT_THAT(
      status_text(summary, {}, "http://127.0.0.1:9466", false),
      HasSubstr("Held: 14 changes, more than 10\n  approve it with the token of --api-token-file: POST "
                "http://127.0.0.1:9466/-/approve?digest=00d1\n"));
}

TEST(StatusText, ListsWhatNeedsActionAndCountsTheRest) {
  const json waiting = {
      {"total", 12},
      {"workspaces",
       {{{"owner", "alice"}, {"name", "dev"}, {"reason", "Forbidden"}, {"message", "give it"}}}}};
  EXPECT_THAT(status_text(summary_of(testing::a_report({Reason::Forbidden})), waiting, "", false),
              HasSubstr("Needs action:\n  alice/dev  Forbidden  give it\n  and 11 more\n"));
}

TEST(StatusText, SetsThatAreNotReadyAreListed) {
  reconcile::CycleReport report = testing::a_report({Reason::InSync});
  report.sets = {testing::a_set("good", reconcile::sets::Reason::Resolved),
                 testing::a_set("bad", reconcile::sets::Reason::NoOwners)};
  const std::string text = status_text(summary_of(report), {}, "", false);
  EXPECT_THAT(text, HasSubstr("Sets that are not ready:\n  bad  NoOwners"));
  EXPECT_THAT(text, Not(HasSubstr("good")));
}

TEST(StatusText, OfAForeignOrHostileDaemonNothingHarmfulIsShown) {
  for (const char* text : {"{}", R"({"daemon": 1, "ready": [], "reasons": "x", "sets": {}, "specs": null})",
                           R"({"reasons": {"A": -1, "B": 1.5, "C": "x"}, "declared": -1, "held": "yes"})"}) {
    EXPECT_THAT(status_text(json::parse(text), json::parse(text), "", false),
                ::testing::StartsWith("not ready: \n0 workspaces: 0 as declared\n"))
        << text;
  }
  json summary = summary_of(testing::a_report({Reason::InSync}));
  summary["daemon"]["reason"] = "\x1b[2J\nready";
  EXPECT_THAT(status_text(summary, {}, "", false), Not(HasSubstr("\x1b")));
}

TEST(StatusText, ColourIsForTerminals) {
  const json summary = summary_of(testing::a_report({Reason::InSync}));
  EXPECT_THAT(status_text(summary, {}, "", true), ::testing::StartsWith("\x1b[32mready\x1b[0m: "));
}

}  // namespace
}  // namespace cr::daemon
