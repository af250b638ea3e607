#include "specs/shared_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "specs/parse.h"
#include "specs/source.h"
#include "temp_tree.h"

namespace cr::specs {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(Shared, ReadsLikeWhatItHolds) {
  SharedText text;
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(text, "");
  EXPECT_EQ(text.holders(), 0U);
  text = "alice";
  EXPECT_EQ(text, "alice");
  EXPECT_EQ(text->substr(1), "lice");
  EXPECT_EQ(text, SharedText("alice"));
  EXPECT_NE(text, SharedText("bob"));
  text = "";
  EXPECT_EQ(text, SharedText());

  Shared<StringPairs> pairs;
  pairs = {{"cpu", "4"}, {"region", "eu"}};
  EXPECT_THAT(pairs, ElementsAre(Pair("cpu", "4"), Pair("region", "eu")));
  EXPECT_EQ(pairs.front().second, "4");
}

TEST(Shared, ACopyIsTheSameObject) {
  const SharedText text("alice");
  const SharedText copy = text;
  EXPECT_TRUE(copy.is_same(text));
  EXPECT_FALSE(copy.is_same(SharedText("alice")));
  EXPECT_EQ(text.holders(), 2U);
}

TEST(SharedValues, MakeEqualValuesOne) {
  SharedValues values;
  EXPECT_TRUE(values.text("alice").is_same(values.text("alice")));
  EXPECT_TRUE(values.pairs({{"a", "b"}}).is_same(values.pairs({{"a", "b"}})));
  EXPECT_FALSE(values.pairs({{"a", "b"}}).is_same(values.pairs({{"ab", ""}})));
  EXPECT_TRUE(values.text("").empty());
  EXPECT_TRUE(values.pairs({}).empty());
}

TEST(SharedValues, FieldsAreOneWhereTheyAreWrittenAlike) {
  SharedValues values;
  const auto fields = [](std::string_view schedule) {
    DeclaredFields made;
    made.set("autostart", *parse_schedule(schedule));
    made.set("dormant", false);
    return made;
  };
  const DeclaredFields first = values.fields(fields("0 9 * * 1-5"));
  EXPECT_TRUE(values.fields(fields("0 9 * * 1-5")).is_same(first));
  const DeclaredFields other = values.fields(fields("00 9 * * 1-5"));
  EXPECT_EQ(other, first);  // they mean the same
  EXPECT_EQ(other.get<Schedule>("autostart")->text(), "00 9 * * 1-5");
}

TEST(SharedValues, ForgetWhatNobodyHolds) {
  SharedValues values;
  const SharedText kept = values.text("alice");
  DeclaredFields nine, eight;
  nine.set("autostart", *parse_schedule("0 9 * * 1-5"));
  eight.set("autostart", *parse_schedule("0 8 * * 1-5"));
  const DeclaredFields held = values.fields(nine);
  (void)values.text("bob");
  (void)values.pairs({{"a", "b"}});
  (void)values.fields(eight);
  eight = {};
  EXPECT_EQ(values.size(), 5U);
  values.drop_unused();
  EXPECT_EQ(values.size(), 2U);
  EXPECT_TRUE(values.text("alice").is_same(kept));
}

std::string a_spec(const std::string& name) {
  return "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {name: " + name +
         ", labels: {team: payments}}\nspec:\n  owner: alice\n  template: docker\n  ttl: 8h\n  parameters: "
         "{cpu: "
         "\"4\"}\n";
}

TEST(SharedValues, WhatSpecsHaveInCommonIsHeldOnceAcrossFilesAndLoads) {
  const testing::TempTree tree;
  tree.write("a.yaml", a_spec("one"));
  tree.write("b.yaml", a_spec("two"));
  SpecSource source({tree.path()});
  const auto first = source.load();
  tree.write("b.yaml", "# written anew\n" + a_spec("two"));
  const auto second = source.load();
  ASSERT_TRUE(first && second);
  const WorkspaceSpec& one = *first->specs.at(0);
  for (const SpecPtr& other : {first->specs.at(1), second->specs.at(1)}) {
    EXPECT_TRUE(one.owner.is_same(other->owner));
    EXPECT_TRUE(one.body->template_ref.is_same(other->body->template_ref));
    EXPECT_TRUE(one.body->labels.is_same(other->body->labels));
    EXPECT_TRUE(one.fields.is_same(other->fields));
    EXPECT_TRUE(one.body->parameters.is_same(other->body->parameters));
  }
}

}  // namespace
}  // namespace cr::specs
