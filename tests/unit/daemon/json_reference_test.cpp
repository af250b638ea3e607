#include "daemon/json_reference.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "reconcile/fields/managed_field.h"
#include "reconcile/report/forecast_view.h"
#include "reconcile/report/render.h"
#include "tests/support/builders.h"
#include "tests/support/fields.h"
#include "tests/unit/daemon/reports.h"

namespace cr::daemon {
namespace {

using nlohmann::json;
using reconcile::Reason;

/// The keys that documents were written with, by part; as the table has it, what is in them too.
using Written = std::map<JsonPart, std::set<std::string>>;

void collect(JsonPart part, const json& object, Written& written) {
  for (const auto& [key, value] : object.items()) {
    written[part].insert(key);
    for (const JsonField& field : all_json_fields()) {
      const bool inherited = part == json_parts::kOutcome && field.part == json_parts::kAction;
      if (field.key != key || (field.part != part && !inherited)) continue;
      if (field.type.kind == JsonType::Kind::object) collect(field.type.part, value, written);
      if (field.type.kind != JsonType::Kind::list) continue;
      for (const json& entry : value) collect(field.type.part, entry, written);
    }
  }
}

std::set<std::string> described(JsonPart part) {
  std::set<std::string> keys;
  for (const JsonField& field : all_json_fields()) {
    if (field.part != part) continue;
    EXPECT_TRUE(keys.insert(std::string{field.key}).second) << field.key << " is there twice";
  }
  return keys;
}

/// All that a report can say.
Written all_of_a_report() {
  auto report = testing::a_full_report();
  reconcile::CreateWorkspace create;
  create.workspace = {"alice", "new"};
  create.template_name = "docker";
  create.request.version = testing::an_id<reconcile::VersionId>(1);
  create.sets = {{testing::field::automatic_updates, "", testing::wish_for_updates(true)},
                 {testing::field::autostart, "", testing::wish_for_autostart("0 9 * * *")},
                 {testing::field::ttl, "", std::chrono::minutes{60}}};
  create.request.parameters = {{"a", "b"}};
  create.sets.back().from_defaults = "specs/defaults.yaml:7";
  auto failed = testing::a_success();
  failed.note = "n";
  failed.error = *report.failure;
  failed.request_id = "r";
  std::get<reconcile::WriteField>(failed.action).change.from_defaults = "specs/defaults.yaml:7";

  Written written;
  collect(json_parts::kSummary, reconcile::summary_json(report), written);
  collect(json_parts::kApply, reconcile::apply_json({failed}, report), written);
  for (const reconcile::Action& action :
       {reconcile::Action{create}, reconcile::Action{reconcile::RetryFirstBuild{}}, failed.action}) {
    collect(json_parts::kAction, reconcile::action_json(action), written);
  }
  reconcile::WorkspacePlan planned;
  planned.workspace = {"alice", "w0"};
  planned.actions = {failed.action};
  planned.follow_up = "then more";
  report.plan.workspaces = {planned};
  collect(json_parts::kPlan, reconcile::plan_json(report, {.offset = 0, .limit = 10}), written);
  collect(json_parts::kForecast,
          reconcile::forecast_json(report, std::chrono::hours(24 * 366), {.offset = 0, .limit = 10}),
          written);
  return written;
}

TEST(JsonReference, DescribesWhatAReportIsWrittenAsAndNothingElse) {
  const Written written = all_of_a_report();
  std::set<JsonPart> parts;
  for (const JsonField& field : reconcile::json_rows::kReportFields) parts.insert(field.part);
  for (const JsonPart part : parts) {
    ASSERT_TRUE(written.contains(part)) << part.name;
    // What the program adds to a report is held against the schemas where it is added.
    std::set<std::string> keys = described(part);
    for (const JsonField& field : json_rows::kOwnFields)
      if (field.part == part) keys.erase(std::string{field.key});
    if (part == json_parts::kWorkspace) keys.erase("formatVersion");
    std::set<std::string> seen = written.at(part);
    if (part == json_parts::kOutcome) {
      for (const std::string& key : described(json_parts::kAction)) seen.erase(key);
    }
    EXPECT_EQ(seen, keys) << part.name;
  }
}

TEST(JsonReference, HasARowForEachFieldThatACreateCanSet) {
  const std::set<std::string> keys = described(json_parts::kAction);
  for (const reconcile::ManagedField* field : reconcile::managed_fields()) {
    const bool set = !field->at_creation.is(reconcile::not_at_creation);
    EXPECT_EQ(keys.contains(std::string{field->key}), set) << field->key;
  }
}

TEST(JsonReference, EveryPartHasAKey) {
  const std::string text = json_fields_markdown();
  for (const char* word : {"`validate --output json`", "`/api/v1/summary`", "`fault`", "`timedOut`"}) {
    EXPECT_NE(text.find(word), std::string::npos) << word;
  }
}

}  // namespace
}  // namespace cr::daemon
