#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "daemon/explanation.h"
#include "daemon/http/endpoints.h"
#include "daemon/json_schema.h"
#include "daemon/log/log_observer.h"
#include "reconcile/report/render.h"
#include "tests/support/json_schema_judge.h"
#include "tests/support/manual_clock.h"
#include "tests/support/report_rows.h"
#include "tests/support/tests_dir.h"
#include "tests/unit/daemon/reports.h"

/// Sets in the API, in reports for programs, and in the log.
namespace cr::daemon {
namespace {

using nlohmann::json;
using reconcile::CycleReport;
using reconcile::Reason;
using SetReason = reconcile::sets::Reason;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

class SetsInTheApi : public ::testing::Test {
 protected:
  json get(const std::string& target, const std::string& schema) {
    HttpRequest request;
    request.method = "GET";
    EXPECT_TRUE(parse_target(target, request));
    json answer = json::parse(Endpoints(parts_).handle(request).body);
    EXPECT_EQ(testing::strict_complaints(schema_text(schema), answer), "") << target;
    return answer;
  }
  void show(CycleReport report) {
    board_.report = std::make_shared<const CycleReport>(std::move(report));
    board_.desired = std::make_shared<const specs::DesiredState>();
    board_.cycles = {clock_.now(), "", 60s};
    shown_.publish(board_);
  }

  testing::ManualClock clock_;
  Board board_;
  SharedBoard shown_;
  SharedActivity activity_{"e1"};
  EndpointParts parts_{.board = shown_,
                       .activity = activity_,
                       .clock = clock_,
                       .metrics = [] { return std::string(); },
                       .metrics_content_type = "text/plain",
                       .reconcile = [] {},
                       .approve = [](const std::string&) {},
                       .api_token = [] { return std::optional<Secret>(); }};
};

CycleReport a_report_with_sets() {
  CycleReport report = testing::a_full_report();
  report.workspaces.push_back(testing::a_report({Reason::InSync, Reason::InSync}).workspaces[1]);
  report.sets.insert(report.sets.begin(), testing::a_set("fine"));
  report.sets.push_back(testing::a_set("zebra", SetReason::NotRead));
  report.sets.back().unread = 14;
  return report;
}

TEST_F(SetsInTheApi, TheSummaryHasEachWithWhatThereIsToDo) {
  show(a_report_with_sets());
  const json sets = get("/api/v1/summary", "summary")["sets"];
  ASSERT_EQ(sets.size(), 3U);
  const json& held = sets[0];
  EXPECT_EQ(held["name"], "payments-dev");
  EXPECT_EQ(held["file"], "specs/sets.yaml");
  EXPECT_EQ(held["line"], 3);
  EXPECT_EQ(held["ready"], "False");
  EXPECT_EQ(held["reason"], "Held");
  EXPECT_EQ(held["message"], "something to do about payments-dev");
  EXPECT_EQ(held["members"], 14);
  EXPECT_EQ(held["held"], 12);
  EXPECT_EQ(held["digest"], "fedcba9876543210");
  EXPECT_EQ(held["problems"][0]["remedy"], "change the template");
  EXPECT_EQ(sets[1]["name"], "zebra");
  EXPECT_EQ(sets[1]["ready"], "Unknown");
  EXPECT_EQ(sets[1]["unread"], 14);
  EXPECT_EQ(sets[2]["ready"], "True");
  EXPECT_FALSE(sets[2].contains("message"));
}

TEST_F(SetsInTheApi, AreAtMostAHundredAndThoseThatNeedSomebodyAreAmongThem) {
  CycleReport report = testing::a_report({Reason::InSync});
  for (int i = 0; i < 300; ++i) report.sets.push_back(testing::a_set("s" + std::to_string(1000 + i)));
  report.sets.push_back(testing::a_held_set("z"));
  report.sets.back().diagnostics.resize(500, report.sets.back().diagnostics.front());
  show(report);
  const json summary = get("/api/v1/summary", "summary");
  EXPECT_EQ(summary["setsTotal"], 301);
  EXPECT_EQ(summary["sets"].size(), 100U);
  EXPECT_EQ(summary["sets"][0]["name"], "z");
  EXPECT_EQ(summary["sets"][0]["problems"].size(), 20U);
  const json plan = get("/api/v1/plan?limit=7&offset=296", "plan");
  EXPECT_EQ(plan["sets"].size(), 5U) << "paged as workspaces are";
  EXPECT_EQ(plan["setsTotal"], 301);
  EXPECT_EQ(reconcile::plan_json(report)["sets"].size(), 301U) << "all of them where nothing pages";
}

TEST_F(SetsInTheApi, WorkspacesTellTheirSetAndAreFilteredByIt) {
  show(a_report_with_sets());
  const json all = get("/api/v1/workspaces", "workspaces");
  EXPECT_EQ(all["total"], 2);
  EXPECT_EQ(all["workspaces"][0]["set"], "payments-dev");
  EXPECT_FALSE(all["workspaces"][1].contains("set")) << "a document of its own";
  EXPECT_EQ(get("/api/v1/workspaces?set=Payments-Dev", "workspaces")["total"], 1);
  EXPECT_EQ(get("/api/v1/workspaces?set=fine", "workspaces")["total"], 0);
  EXPECT_EQ(get("/api/v1/workspaces?q=payments-dev", "workspaces")["total"], 1) << "words find it, too";
}

TEST(SetConditions, EachReasonIsExplainedToPeople) {
  std::ifstream file(testing::tests_dir() + "/../deploy/docs/conditions.md");
  const std::string page(std::istreambuf_iterator<char>(file), {});
  const std::string table = page.substr(std::min(page.size(), page.find("## Conditions of sets")));
  for (const SetReason reason : reconcile::sets::all_reasons())
    EXPECT_THAT(table, HasSubstr('`' + std::string(to_string(reason)) + '`'));
}

TEST(SetsExplained, AWorkspaceNamesItsSetAndWhereThatIs) {
  Explanation explained;
  auto row = std::make_shared<reconcile::WorkspaceStatus>(testing::a_full_report().workspaces[0]);
  explained.row = row;
  explained.spec = row->spec;
  EXPECT_THAT(explanation_text(explained), HasSubstr("Declared:   set payments-dev (specs/team.yaml:1)\n"));
  EXPECT_EQ(explanation_json(explained)["workspace"]["set"], "payments-dev");
}

class SetsInTheLog : public ::testing::Test {
 protected:
  static CycleReport report_of(std::vector<reconcile::sets::SetStatus> sets) {
    CycleReport report;
    report.sets = std::move(sets);
    return report;
  }
  std::vector<std::string> told(const CycleReport* before, const CycleReport& after) {
    lines_.clear();
    log_set_transitions(log_, before, after);
    return lines_;
  }
  std::vector<std::string> lines_;
  testing::ManualClock clock_;
  Logger log_{clock_, LogFormat::text, LogLevel::info, [this](std::string_view line) {
                lines_.emplace_back(line.substr(line.find(' ') + 1));
                while (lines_.back().ends_with('\n')) lines_.back().pop_back();
              }};
};

TEST_F(SetsInTheLog, AreToldOfOnceATransitionAndNotOnceACycle) {
  const CycleReport resolved = report_of({testing::a_set("dev")});
  const CycleReport unread = report_of({testing::a_set("dev", SetReason::Unreachable)});
  EXPECT_THAT(told(nullptr, resolved),
              ElementsAre("INFO  set condition changed set=dev new=Resolved members=14 left=0"));
  EXPECT_THAT(told(&resolved, resolved), IsEmpty());
  EXPECT_THAT(
      told(&resolved, unread),
      ElementsAre("WARN  set condition changed set=dev old=Resolved new=Unreachable members=14 left=0 "
                  "reason=\"something to do about dev\""));
  EXPECT_THAT(told(&unread, unread), IsEmpty());
  EXPECT_THAT(
      told(&unread, resolved),
      ElementsAre("INFO  set condition changed set=dev old=Unreachable new=Resolved members=14 left=0"));
}

TEST_F(SetsInTheLog, OwnersWhoComeAndGoAreTold) {
  const CycleReport before = report_of({testing::a_set("dev")});
  CycleReport after = before;
  after.sets[0].members = 13;
  after.sets[0].left = 1;
  EXPECT_THAT(told(&before, after), ElementsAre("INFO  owners of a set changed set=dev members=13 left=1"));
}

TEST_F(SetsInTheLog, OthersWhoAreHeldAreAnotherTransition) {
  const CycleReport before = report_of({testing::a_held_set("dev")});
  CycleReport after = before;
  after.sets[0].digest = "0000000000000000";
  EXPECT_EQ(told(&before, after).size(), 1U);
}

TEST_F(SetsInTheLog, ManyAreBounded) {
  CycleReport after;
  for (int i = 0; i < 250; ++i) after.sets.push_back(testing::a_set("s" + std::to_string(i)));
  const auto lines = told(nullptr, after);
  ASSERT_EQ(lines.size(), 101U);
  EXPECT_EQ(lines.back(), "WARN  more sets changed than are logged count=150");
}

TEST_F(SetsInTheLog, EachIsFoundAgainAmongOthersWhateverTheCaseOfTheirNames) {
  // Sorted as a report's are.
  const CycleReport before =
      report_of({testing::a_set("Alpha"), testing::a_set("beta"), testing::a_set("delta"),
                 testing::a_set("Epsilon"), testing::a_set("Gamma")});
  EXPECT_THAT(told(&before, before), IsEmpty());
  CycleReport after = before;
  after.sets[3].left = 1;
  EXPECT_EQ(told(&before, after).size(), 1U);
}

TEST_F(SetsInTheLog, ANameCanForgeNothing) {
  const auto lines =
      told(nullptr, report_of({testing::a_set("a\nWARN  forged x=\"y\x1b[2J", SetReason::NoGroups)}));
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].find('\n'), std::string::npos);
  EXPECT_EQ(lines[0].find('\x1b'), std::string::npos);
}

TEST(SetsInTheLogAsJson, AreAsTheSchemaSays) {
  std::vector<std::string> lines;
  testing::ManualClock clock;
  Logger log(clock, LogFormat::json, LogLevel::info,
             [&](std::string_view line) { lines.emplace_back(line); });
  const CycleReport before = a_report_with_sets();
  log_set_transitions(log, nullptr, before);
  log_set_transitions(log, &before, testing::a_full_report());
  CycleReport moved = before;
  moved.sets[0].left = 1;
  log_set_transitions(log, &before, moved);
  ASSERT_EQ(lines.size(), 4U);
  for (const std::string& line : lines)
    EXPECT_EQ(testing::strict_complaints(schema_text("log"), json::parse(line)), "") << line;
}

}  // namespace
}  // namespace cr::daemon
