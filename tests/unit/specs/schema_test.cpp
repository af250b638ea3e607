#include "specs/schema.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "schema_judge.h"
#include "specs/field_table.h"

namespace cr::specs {
namespace {

using nlohmann::json;

/// The table of fields and the schema's object name the same keys, and the same required ones.
void expect_agrees(const json& object, std::span<const Field> fields) {
  json required = json::array();
  for (const Field& field : fields) {
    ASSERT_TRUE(object["properties"].contains(std::string(field.key))) << field.key;
    EXPECT_EQ(object["properties"][std::string(field.key)]["description"], field.description);
    if (field.required) required.push_back(field.key);
  }
  EXPECT_EQ(object["properties"].size(), fields.size());
  EXPECT_EQ(object.value("required", json::array()), required);
  EXPECT_EQ(object["additionalProperties"], false);
}

TEST(Schema, NamesEveryFieldOfTheTableAndNoOther) {
  const json workspace = json::parse(schema_json())["definitions"]["workspace"];
  expect_agrees(workspace, document_fields());
  expect_agrees(workspace["properties"]["metadata"], metadata_fields());
  expect_agrees(workspace["properties"]["spec"], spec_fields());
  expect_agrees(workspace["properties"]["spec"]["properties"]["reconcilePolicy"], policy_fields());
}

TEST(Schema, IsDraft7AndEndsWithANewline) {
  EXPECT_EQ(json::parse(schema_json())["$schema"], "http://json-schema.org/draft-07/schema#");
  EXPECT_EQ(schema_json().back(), '\n');
}

TEST(Schema, JudgeComplainsWithAPlace) {
  const auto complaints = cr::testing::schema_complaints(
      "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {name: x}\n");
  ASSERT_FALSE(complaints.empty());
}

}  // namespace
}  // namespace cr::specs
