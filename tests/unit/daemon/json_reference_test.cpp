#include "daemon/json_reference.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "reconcile/report/render.h"
#include "tests/support/builders.h"
#include "tests/support/fields.h"
#include "tests/unit/daemon/reports.h"

namespace cr::daemon {
namespace {

using nlohmann::json;
using reconcile::Reason;

void expect_documented(JsonPart part, const json& object) {
  std::set<std::string> known;
  for (const JsonField& field : all_json_fields()) {
    if (field.part != part) continue;
    EXPECT_TRUE(known.insert(std::string{field.key}).second) << field.key << " is there twice";
  }
  for (const auto& [key, value] : object.items()) {
    EXPECT_TRUE(known.contains(key)) << key << " of " << to_string(part) << " is not in the reference";
  }
}

TEST(JsonReference, HasEveryKeyThatIsWritten) {
  const auto report = testing::a_full_report();
  expect_documented(JsonPart::plan, reconcile::plan_json(report));
  expect_documented(JsonPart::apply, reconcile::apply_json({testing::a_success()}, report));
  expect_documented(JsonPart::summary, reconcile::summary_json(report));
  const json workspace = reconcile::status_json(report.workspaces[0]);
  expect_documented(JsonPart::workspace, workspace);
  expect_documented(JsonPart::error, workspace["error"]);
  expect_documented(JsonPart::action, reconcile::action_json(testing::a_success().action));
  reconcile::CreateWorkspace create;
  create.template_name = "docker";
  create.request.version = testing::an_id<reconcile::VersionId>(1);
  create.sets = {{testing::field::automatic_updates, "", testing::wish_for_updates(true)},
                 {testing::field::autostart, "", testing::wish_for_autostart("0 9 * * *")},
                 {testing::field::ttl, "", std::chrono::minutes{60}}};
  create.request.parameters = {{"a", "b"}};
  expect_documented(JsonPart::action, reconcile::action_json(create));
  expect_documented(JsonPart::action, reconcile::action_json(reconcile::RetryFirstBuild{}));
}

TEST(JsonReference, EveryPartHasAKey) {
  const std::string text = json_fields_markdown();
  for (const char* word : {"`validate --output json`", "`/api/v1/summary`", "`fault`", "`timedOut`"}) {
    EXPECT_NE(text.find(word), std::string::npos) << word;
  }
}

}  // namespace
}  // namespace cr::daemon
