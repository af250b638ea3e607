#include "daemon/json_schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "reconcile/report/forecast_view.h"
#include "reconcile/report/render.h"
#include "tests/support/builders.h"
#include "tests/support/fields.h"
#include "tests/support/json_schema_judge.h"
#include "tests/unit/daemon/reports.h"

namespace cr::daemon {
namespace {

using nlohmann::json;
using reconcile::Reason;
using ::testing::HasSubstr;

/// Of validate, plan and apply the command adds some keys to what is rendered.
json with(json document, const json& more) {
  document.update(more);
  return document;
}

reconcile::CycleReport a_report_with_a_plan() {
  auto report = testing::a_full_report();
  reconcile::CreateWorkspace create;
  create.workspace = {"alice", "w1"};
  create.template_name = "docker";
  create.request.version = testing::an_id<reconcile::VersionId>(1);
  create.sets = {{testing::field::automatic_updates, "", testing::wish_for_updates(true)},
                 {testing::field::autostart, "", testing::wish_for_autostart("0 9 * * *")},
                 {testing::field::ttl, "", std::chrono::minutes{60}}};
  create.request.parameters = {{"a", "b"}};
  reconcile::WorkspacePlan created;
  created.workspace = {"alice", "w1"};
  created.actions = {create};
  created.follow_up = "ttl";
  reconcile::WorkspacePlan changed;
  changed.workspace = {"alice", "w0"};
  changed.actions = {testing::a_success().action};
  report.plan.workspaces = {changed, created};
  report.workspaces.push_back(testing::a_report({Reason::Missing, Reason::Creating}).workspaces[1]);
  return report;
}

TEST(JsonSchema, HoldsForAPlanInWhichEverythingIsThere) {
  const json plan = reconcile::plan_json(a_report_with_a_plan());
  EXPECT_EQ(testing::strict_complaints(schema_text("plan"), plan), "") << plan.dump(2);
}

TEST(JsonSchema, HoldsForAPlanInWhichNothingIsThere) {
  const json plan = reconcile::plan_json(reconcile::CycleReport{});
  EXPECT_EQ(testing::strict_complaints(schema_text("plan"), plan), "") << plan.dump(2);
}

TEST(JsonSchema, HoldsForARunWithEachSortOfOutcome) {
  reconcile::Outcome failed = testing::a_success();
  failed.result = reconcile::ActionResult::failed;
  failed.error = coder::ApiError(coder::ApiFault::rejected, "no");
  failed.note = "note";
  failed.request_id = "r";
  const json more{{"timedOut", false}, {"diagnostics", json::array()}};
  for (const auto& report : {testing::a_full_report(), reconcile::CycleReport{}}) {
    const json apply = with(reconcile::apply_json({testing::a_success(), failed}, report), more);
    EXPECT_EQ(testing::strict_complaints(schema_text("apply"), apply), "") << apply.dump(2);
  }
}

TEST(JsonSchema, HoldsForAForecastOfEverythingAndOfNothing) {
  for (const auto& report : {testing::a_full_report(), reconcile::CycleReport{}}) {
    const json forecast =
        reconcile::forecast_json(report, std::chrono::hours(24 * 366), {.offset = 0, .limit = 10});
    EXPECT_EQ(testing::strict_complaints(schema_text("forecast"), forecast), "") << forecast.dump(2);
  }
}

TEST(JsonSchema, HoldsForSpecsThatCannotBeRead) {
  const json failure{{"formatVersion", 1}, {"result", "failed"}, {"error", "specs: no such directory"}};
  for (const char* name : {"validate", "plan", "apply", "forecast"}) {
    EXPECT_EQ(testing::strict_complaints(schema_text(name), failure), "") << name;
  }
}

TEST(JsonSchema, RefusesAKeyThatIsNotDocumentedHoweverDeep) {
  json plan = reconcile::plan_json(a_report_with_a_plan());
  plan["workspaces"][0]["actions"][0]["undocumented"] = 1;
  EXPECT_NE(testing::strict_complaints(schema_text("plan"), plan), "");
}

TEST(JsonSchema, RefusesAWordThatIsNotDocumented) {
  json plan = reconcile::plan_json(reconcile::CycleReport{});
  plan["result"] = "splendid";
  EXPECT_NE(testing::strict_complaints(schema_text("plan"), plan), "");
}

TEST(JsonSchema, RefusesADocumentThatLacksAKey) {
  json plan = reconcile::plan_json(reconcile::CycleReport{});
  plan.erase("held");
  EXPECT_NE(testing::strict_complaints(schema_text("plan"), plan), "");
}

TEST(JsonSchema, OfEachNameIsDraftSevenAndDescribesItsKeys) {
  for (const std::string_view name : schema_names()) {
    const json schema = json::parse(schema_text(name));
    EXPECT_EQ(schema["$schema"], "http://json-schema.org/draft-07/schema#") << name;
    for (const auto& [part, definition] : schema["definitions"].items()) {
      for (const auto& [key, property] : definition["properties"].items()) {
        EXPECT_TRUE(name == "spec" || !property.value("description", "").empty())
            << name << ' ' << part << ' ' << key;
      }
    }
  }
}

TEST(JsonSchema, LeavesRoomForKeysOfNewerVersions) {
  EXPECT_THAT(schema_text("plan"), ::testing::Not(HasSubstr("\"additionalProperties\": false")));
}

}  // namespace
}  // namespace cr::daemon
