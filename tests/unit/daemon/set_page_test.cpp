#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/http/page/alerts.h"
#include "daemon/http/page/fleet.h"
#include "tests/support/report_rows.h"
#include "tests/unit/daemon/hostile.h"
#include "tests/unit/daemon/reports.h"
#include "tests/unit/daemon/shown_page.h"

/// Sets on the status page.
namespace cr::daemon {
namespace {

using reconcile::CycleReport;
using reconcile::Reason;
using SetReason = reconcile::sets::Reason;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// alice/w0 is of the set "dev", alice/w1 is a document's own.
CycleReport a_fleet_of_a_set() {
  CycleReport report = testing::a_report({Reason::InSync, Reason::InSync});
  auto& row = testing::editable(report.workspaces, 0);
  specs::WorkspaceSpec spec = *row.spec;
  spec.body.edit().set = "dev";
  row.spec = std::make_shared<const specs::WorkspaceSpec>(spec);
  report.sets = {testing::a_set("dev")};
  return report;
}

class SetsOnThePage : public testing::ShownPage {};

TEST_F(SetsOnThePage, AreNotMentionedWhereThereAreNone) {
  show(testing::a_report({Reason::InSync}));
  EXPECT_THAT(page(),
              AllOf(Not(HasSubstr("id=\"sets\"")), Not(HasSubstr("id=\"f-set\"")), Not(HasSubstr(">Sets<"))));
}

TEST_F(SetsOnThePage, AreListedWithTheirOwnersAndLeadToTheirWorkspaces) {
  show(a_fleet_of_a_set());
  const std::string html = page();
  EXPECT_THAT(
      html,
      AllOf(HasSubstr("<section id=\"sets\""), HasSubstr("href=\"?set=dev\">dev</a>"),
            HasSubstr("sets.yaml:3"), HasSubstr("chip good\">Resolved"), HasSubstr("14 owners"),
            HasSubstr("<dt>Sets</dt><dd><span class=\"value\">1</span><span class=\"more\">all resolved")));
  EXPECT_THAT(html, HasSubstr("set <a href=\"?set=dev\">dev</a>")) << "a workspace says which set it is of";
  EXPECT_THAT(html, HasSubstr("<option value=\"dev\">dev (1)</option>"));
}

TEST_F(SetsOnThePage, FilterWorkspacesWhateverTheCase) {
  show(a_fleet_of_a_set());
  EXPECT_EQ(rows_of(page()), 2U);
  EXPECT_EQ(rows_of(page({{"set", "DEV"}})), 1U);
  EXPECT_EQ(rows_of(page({{"set", "other"}})), 0U);
  EXPECT_EQ(rows_of(page({{"set", ""}})), 2U) << "as a form sends it";
  EXPECT_THAT(page({{"set", "DEV"}}), HasSubstr("<option value=\"dev\" selected>dev (1)</option>"));
  EXPECT_THAT(page({{"set", "other"}}), HasSubstr("<option value=\"other\" selected>other</option>"));
}

TEST_F(SetsOnThePage, OneThatIsHeldIsSaidFirstWithTheWayToLetItGo) {
  CycleReport report = a_fleet_of_a_set();
  report.sets = {testing::a_set("dev"), testing::a_held_set("payments-dev")};
  show(report);
  const std::string html = page();
  const std::size_t alert = html.find("Set payments-dev is not ready: Held");
  ASSERT_NE(alert, std::string::npos);
  EXPECT_LT(alert, html.find("<section id=\"workspaces\""));
  EXPECT_THAT(html, HasSubstr("/-/approve?digest=fedcba9876543210"));
  EXPECT_THAT(html,
              AllOf(HasSubstr("12 would leave"), HasSubstr("1 problem"), HasSubstr("a.very.long.name")));
  EXPECT_LT(html.find("id=\"set-payments-dev\""), html.find("id=\"set-dev\"")) << "what needs somebody first";
}

TEST_F(SetsOnThePage, OneThatIsNotReadyColoursTheWhole) {
  CycleReport report = a_fleet_of_a_set();
  const auto tone = [&] {
    show(report);
    return overall_tone({.board = board_,
                         .alive = {true, ""},
                         .ready = {true, ""},
                         .query = {},
                         .coder = CoderLinks(""),
                         .way_out = way_out_},
                        count_fleet(*board_.report));
  };
  EXPECT_EQ(tone(), Tone::good);
  report.sets.push_back(testing::a_set("infra", SetReason::Unreachable));
  EXPECT_EQ(tone(), Tone::warn);
  report.workspaces.push_back(
      testing::a_report({Reason::InSync, Reason::InSync, Reason::Creating}).workspaces[2]);
  EXPECT_EQ(tone(), Tone::warn) << "what is on its way is less";
}

TEST_F(SetsOnThePage, WhatTheCyclesFailureExplainsIsNotSaidAgain) {
  CycleReport report = a_fleet_of_a_set();
  report.result = reconcile::CycleResult::failed;
  report.failure = coder::ApiError(coder::ApiFault::unreachable, "connection refused");
  report.sets = {testing::a_set("dev", SetReason::Unreachable)};
  report.sets.front().error = report.failure;
  show(report);
  EXPECT_THAT(page(), AllOf(Not(HasSubstr("Set dev is not ready")), HasSubstr("chip bad\">Unreachable")));
}

TEST_F(SetsOnThePage, ManyThatAreNotReadyAreCounted) {
  CycleReport report = a_fleet_of_a_set();
  for (int i = 0; i < 200; ++i)
    report.sets.push_back(testing::a_set("s" + std::to_string(1000 + i), SetReason::NoGroups));
  show(report);
  const std::string html = page();
  EXPECT_THAT(html, HasSubstr("197 more sets are not ready"));
  EXPECT_THAT(html, HasSubstr("And 151 more: "));
  EXPECT_LT(html.size(), 150'000U);
}

TEST_F(SetsOnThePage, HostileTextsStayTexts) {
  for (const std::string& text : testing::hostile_texts()) {
    CycleReport report = a_fleet_of_a_set();
    auto& row = testing::editable(report.workspaces, 0);
    specs::WorkspaceSpec spec = *row.spec;
    spec.body.edit().set = text;
    row.spec = std::make_shared<const specs::WorkspaceSpec>(spec);
    report.sets = {testing::a_held_set(text)};
    report.sets.front().message = text;
    report.sets.front().where.file = std::make_shared<const std::string>(text);
    report.sets.front().diagnostics.front().message = text;
    show(report);
    for (const std::string& html : {page(), page({{"set", text}})})
      testing::expect_nothing_of_it_runs(html, text);
  }
}

}  // namespace
}  // namespace cr::daemon
