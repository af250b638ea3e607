// What a run's JSON says against that of an earlier one.
#include "daemon/ci/baseline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "reconcile/report/render.h"
#include "tests/support/report_rows.h"
#include "tests/unit/daemon/reports.h"

namespace cr::daemon {
namespace {

using ci::Comparison;
using ci::Item;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

auto says(const std::string& text) {
  return Field(&Item::text, text);
}

json plan_of(const std::string& rows) {
  return json::parse(R"({"formatVersion": 1, "conditions": [], "workspaces": [)" + rows + "]}");
}
std::string row(const std::string& name, const std::string& action) {
  return R"({"owner": "alice", "name": ")" + name + R"(", "file": "a.yaml", "line": 3, "actions": [)" +
         action + "]}";
}
const std::string kTtl8h = R"({"action": "set_ttl", "from": "4h", "to": "8h"})";

TEST(Baseline, StandsWhereAPlanWouldDoTheSameWhateverIsLiveAndWhereverItsLineIs) {
  const json before = plan_of(row("dev", kTtl8h));
  const json now = plan_of(R"({"owner": "alice", "name": "dev", "file": "b.yaml", "line": 9,
    "actions": [{"action": "set_ttl", "from": "2h", "to": "8h", "toFrom": "d.yaml:3",
    "setBy": "bob", "setAt": "2026-11-02T09:00:00Z", "setWith": "cli"}]})");
  const Comparison made = ci::compare(before, now);
  EXPECT_THAT(made.fresh, IsEmpty());
  EXPECT_THAT(made.gone, IsEmpty());
  EXPECT_EQ(made.standing, 1U);
}

TEST(Baseline, ACrowdIsTheSameWhateverItsNumber) {
  const auto crowd = [](int count, const std::string& first) {
    return json::parse(
        R"({"formatVersion": 1, "diagnostics": [], "warnings": [{"kind": "crowded_start", )" + first +
        R"(, "message": ")" + std::to_string(count) +
        R"( workspaces start", "others": [{"owner": "bob", "name": "dev", "file": "b.yaml"}]}]})");
  };
  const json before = crowd(57, R"("set": "s", "file": "s.yaml", "field": "spec.template.spec.autostart")");
  const json now =
      crowd(56, R"("owner": "carol", "name": "dev", "file": "c.yaml", "field": "spec.autostart")");
  const Comparison made = ci::compare(before, now);
  EXPECT_THAT(made.fresh, SizeIs(1)) << "carol's, and not bob's once more";
  EXPECT_EQ(made.standing, 1U);
}

TEST(Baseline, TellsWhatIsNewAndWhatIsGone) {
  const json before =
      plan_of(row("dev", kTtl8h) + "," + row("old", R"({"action": "create", "template": "docker"})"));
  const json now =
      plan_of(row("dev", R"({"action": "set_ttl", "from": "4h", "to": "9h"})") + "," + row("web", kTtl8h));
  const Comparison made = ci::compare(before, now);
  EXPECT_THAT(made.fresh, ElementsAre(says("alice/dev: set_ttl to 9h"), says("alice/web: set_ttl to 8h")));
  EXPECT_THAT(made.gone, ElementsAre(says("alice/dev: set_ttl to 8h"), says("alice/old: create")));
  EXPECT_TRUE(made.has_fresh(Item::Kind::change));
  EXPECT_FALSE(made.has_fresh(Item::Kind::warning));
  EXPECT_EQ(ci::comparison_text(made),
            "New since the baseline\n  alice/dev: set_ttl to 9h\n  alice/web: set_ttl to 8h\n"
            "Gone since the baseline\n  alice/dev: set_ttl to 8h\n  alice/old: create\n"
            "Baseline: 2 new, 0 standing, 2 gone.\n");
}

TEST(Baseline, CountsEqualFindingsAsOftenAsTheyAre) {
  const std::string one = R"({"file": "a.yaml", "line": 1, "field": "spec.ttl", "message": "long"})";
  const std::string same = R"({"file": "a.yaml", "line": 9, "field": "spec.ttl", "message": "long"})";
  const auto validation = [](const std::string& warnings) {
    return json::parse(R"({"formatVersion": 1, "diagnostics": [], "warnings": [)" + warnings + "]}");
  };
  EXPECT_THAT(ci::compare(validation(one), validation(one + "," + same)).fresh, SizeIs(1));
  EXPECT_EQ(ci::compare(validation(one), validation(same)).standing, 1U);
  EXPECT_TRUE(ci::compare(validation(""), validation(one)).has_fresh(Item::Kind::warning));
}

TEST(Baseline, TellsOfOneMoreWorkspaceWithAWarningThatOthersHaveToo) {
  const auto warned = [](const std::string& first, const std::string& others) {
    return json::parse(
        R"({"warnings": [{"file": "a.yaml", "field": "spec.ttl", "message": "long", "owner": "alice",
      "name": ")" +
        first + R"(", "others": [)" + others + "]}]}");
  };
  const std::string web = R"({"owner": "alice", "name": "web", "file": "b.yaml", "line": 4})";
  const json alone = warned("dev", "");
  EXPECT_THAT(ci::compare(alone, warned("dev", web)).fresh,
              ElementsAre(says("b.yaml: alice/web: spec.ttl: long")));
  EXPECT_THAT(ci::compare(warned("dev", web), alone).gone, SizeIs(1));
  EXPECT_EQ(ci::compare(alone, alone).standing, 1U);
  const json moved = warned("web", R"({"owner": "alice", "name": "dev", "file": "c.yaml", "line": 4})");
  EXPECT_EQ(ci::compare(warned("dev", web), moved).standing, 2U)
      << "whichever is the first, in whatever file";
}

TEST(Baseline, OfTheSameReportStandsAsAWhole) {
  reconcile::CycleReport report = testing::a_full_report();
  report.plan.workspaces.resize(1);
  report.plan.workspaces[0].workspace = {"alice", "w0"};
  report.plan.workspaces[0].actions = {testing::a_success().action};
  const json plan = reconcile::plan_json(report);
  const Comparison made = ci::compare(plan, plan);
  EXPECT_THAT(made.fresh, IsEmpty());
  EXPECT_THAT(made.gone, IsEmpty());
  EXPECT_EQ(made.standing, 3U) << "the action, the set that is held, and the problem of one of its owners";
}

TEST(Baseline, ComparesSetsByTheirReasonAndByTheirSingleOwnersProblems) {
  const auto plan_with = [](const std::vector<reconcile::sets::SetStatus>& sets) {
    reconcile::CycleReport report;
    report.sets = sets;
    return reconcile::plan_json(report);
  };
  using reconcile::sets::Reason;
  const json ready = plan_with({testing::a_set("payments")});
  const json unread = plan_with({testing::a_set("payments", Reason::NotRead)});
  const json held = plan_with({testing::a_held_set("payments")});
  EXPECT_THAT(ci::compare(ready, ready).standing, 0U) << "what is ready is no finding";
  EXPECT_THAT(ci::compare(ready, unread).fresh,
              ElementsAre(says("set payments: NotRead: something to do about payments")));
  EXPECT_TRUE(ci::compare(ready, unread).has_fresh(Item::Kind::condition));
  EXPECT_EQ(ci::compare(unread, unread).standing, 1U);
  EXPECT_THAT(ci::compare(unread, ready).gone, SizeIs(1));
  const Comparison made = ci::compare(unread, held);
  EXPECT_TRUE(made.has_fresh(Item::Kind::error));
  EXPECT_THAT(made.fresh, SizeIs(2));
  EXPECT_THAT(made.gone, SizeIs(1));
}

TEST(Baseline, ComparesConditionsByTheirReasonAndPassesOverRemarksOnWhatIsReady) {
  reconcile::CycleReport report =
      testing::a_report({reconcile::Reason::Forbidden, reconcile::Reason::InSync});
  testing::editable(report.workspaces, 1).remarks = {{reconcile::Remark::Ineffective, "m"}};
  const json before = reconcile::plan_json(report);
  ASSERT_EQ(before["conditions"].size(), 2U);
  EXPECT_EQ(ci::compare(before, before).standing, 1U);
  testing::editable(report.workspaces, 0).ready.message = "in other words";
  EXPECT_EQ(ci::compare(before, reconcile::plan_json(report)).standing, 1U);
  testing::editable(report.workspaces, 0).ready.reason = reconcile::Reason::NotRead;
  EXPECT_THAT(ci::compare(before, reconcile::plan_json(report)).fresh,
              ElementsAre(says("alice/w0: NotRead: in other words")));
}

TEST(Baseline, IsRefusedWhereItIsNoneOfThisCommand) {
  EXPECT_THAT(ci::baseline_problem(json::parse("[1]"), "plan"),
              HasSubstr("coder-reconciler plan --output json"));
  EXPECT_THAT(ci::baseline_problem(json::parse("{]", nullptr, false), "plan"), HasSubstr("is no JSON"));
  EXPECT_THAT(ci::baseline_problem(json::parse(R"({"formatVersion": 2, "workspaces": []})"), "plan"),
              HasSubstr("formatVersion 2"));
  EXPECT_THAT(ci::baseline_problem(
                  json::parse(R"({"formatVersion": 1, "result": "failed", "workspaces": []})"), "plan"),
              HasSubstr("failed"));
  EXPECT_THAT(ci::baseline_problem(json::parse(R"({"formatVersion": 1, "warnings": []})"), "plan"),
              HasSubstr("is no JSON"));
  const std::string page = R"({"formatVersion": 1, "workspaces": [], "conditions": [], "pageLimit": 100})";
  EXPECT_THAT(ci::baseline_problem(json::parse(page), "plan"), HasSubstr("is no JSON"))
      << "of a page of a daemon's plan, what is on the others would be new";
  EXPECT_THAT(ci::baseline_problem(plan_of(""), "validate"), HasSubstr("coder-reconciler validate"));
  EXPECT_THAT(ci::baseline_problem(json::parse(R"({"formatVersion": 1, "result": "failed"})"), "validate"),
              HasSubstr("of a run that failed"));
  EXPECT_EQ(ci::baseline_problem(plan_of(""), "plan"), "");
  EXPECT_EQ(
      ci::baseline_problem(json::parse(R"({"formatVersion": 1, "valid": 0, "warnings": []})"), "validate"),
      "");
}

TEST(Baseline, OfForeignShapeHarmsNobodyAndShowsNoControlCharacters) {
  const json odd = json::parse(
      R"({"workspaces": [1, {"owner": 2, "actions": 3}, {"owner": "a\u0007", "name": "b", "actions": [null, {"to": []}]}],
          "conditions": {"a": 1}, "diagnostics": [[]], "warnings": "no"})");
  const Comparison made = ci::compare(odd, plan_of(""));
  ASSERT_THAT(made.gone, SizeIs(1));
  EXPECT_THAT(made.gone[0].text, HasSubstr("a\\x07/b"));
}

}  // namespace
}  // namespace cr::daemon
