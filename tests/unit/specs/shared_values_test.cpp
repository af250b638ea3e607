#include "specs/shared_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
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

/// Equal parts of it are one object where `values` makes them; what `values` has no part in is made anew.
CopyOnWrite<SpecBody> a_body(SharedValues& values, const std::string& organization = "infra") {
  SpecBody body;
  body.organization = values.text(organization);
  body.template_ref = values.text("docker");
  body.parameters = values.pairs({{"cpu", "4"}});
  body.labels = values.pairs({{"team", "payments"}});
  body.suspension = Suspension{std::nullopt, "audit"};
  return CopyOnWrite<SpecBody>(body);
}

TEST(SharedValues, BodiesThatSayTheSameAreOne) {
  SharedValues values;
  const auto one = values.body(a_body(values));
  EXPECT_TRUE(values.body(a_body(values)).is_same(one));
  EXPECT_EQ(one, a_body(values));
  EXPECT_FALSE(values.body(a_body(values, "other")).is_same(one));
  EXPECT_TRUE(values.body({}).empty());
}

TEST(SharedValues, BodiesThatSaySomethingElseAreNotOne) {
  SharedValues values;
  const auto one = values.body(a_body(values));
  const auto differs = [&](const auto& change) {
    auto other = a_body(values);
    change(other.edit());
    const auto made = values.body(other);
    EXPECT_EQ(made, other) << "it says what it said";
    return !made.is_same(one);
  };
  EXPECT_TRUE(differs([&](SpecBody& body) { body.previous_names = values.list({"old"}); }));
  EXPECT_TRUE(differs([&](SpecBody& body) { body.organization = {}; }));
  EXPECT_TRUE(differs([&](SpecBody& body) { body.template_ref = values.text("podman"); }));
  EXPECT_TRUE(differs([&](SpecBody& body) { body.template_version = values.text("v1"); }));
  EXPECT_TRUE(differs([&](SpecBody& body) { body.preset = values.text("large"); }));
  EXPECT_TRUE(differs([&](SpecBody& body) { body.parameters = values.pairs({{"cpu", "8"}}); }));
  EXPECT_TRUE(differs([&](SpecBody& body) { body.policy.create = false; }));
  EXPECT_TRUE(differs([&](SpecBody& body) { body.policy.update = false; }));
  EXPECT_TRUE(differs([&](SpecBody& body) { body.policy.recreate = Recreate::never; }));
  EXPECT_TRUE(differs([&](SpecBody& body) { body.labels = values.pairs({{"team", "infra"}}); }));
  EXPECT_TRUE(differs([&](SpecBody& body) { body.annotations = values.pairs({{"note", "a"}}); }));
  EXPECT_TRUE(differs([&](SpecBody& body) { body.suspension = Suspension{std::nullopt, "else"}; }));
  EXPECT_TRUE(differs([&](SpecBody& body) { body.suspension = std::nullopt; }));
  EXPECT_TRUE(differs([&](SpecBody& body) { body.defaulted = {DefaultedField{"ttl", {}}}; }));
  EXPECT_TRUE(differs([&](SpecBody& body) { body.set = values.text("payments"); }));
}

TEST(SharedValues, ForgetABodyThatNobodyHoldsAndWhatItAloneHeld) {
  SharedValues values;
  auto kept = values.body(a_body(values));
  (void)values.body(a_body(values, "other"));
  EXPECT_EQ(values.size(), 7U) << "two bodies, three texts, two sets of pairs";
  values.drop_unused();
  EXPECT_EQ(values.size(), 5U);
  EXPECT_TRUE(values.body(a_body(values)).is_same(kept));
  kept = {};
  values.drop_unused();
  EXPECT_EQ(values.size(), 0U);
}

TEST(SharedValues, AnEditOfASharedBodyLeavesItToTheOthersAsItWas) {
  SharedValues values;
  auto one = values.body(a_body(values));
  one.edit().template_ref = values.text("podman");
  EXPECT_EQ(values.body(a_body(values))->template_ref, "docker");
  EXPECT_EQ(one->template_ref, "podman");
}

std::string a_spec(const std::string& name, const std::string& cpu = "4") {
  return "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {name: " + name +
         ", labels: {team: payments}}\nspec:\n  owner: alice\n  template: docker\n  ttl: 8h\n  parameters: "
         "{cpu: \"" +
         cpu + "\"}\n";
}

ParsedFile parsed(const std::string& text) {
  return parse(text, std::make_shared<const std::string>("a.yaml"), {});
}

TEST(SharedValues, DocumentsThatDifferInNameOwnerAndPlaceAloneHaveOneBody) {
  std::string text;
  for (int i = 0; i < 100; ++i) {
    std::string one = a_spec("w" + std::to_string(i));
    one.replace(one.find("alice"), 5, "user-" + std::to_string(i));
    text += "---\n" + one;
  }
  const ParsedFile file = parsed(text);
  ASSERT_EQ(file.specs.size(), 100U);
  for (const SpecPtr& spec : file.specs) EXPECT_TRUE(spec->body.is_same(file.specs.front()->body));
}

TEST(SharedValues, DocumentsWithSomethingElseInThemHaveAnotherBody) {
  const ParsedFile file =
      parsed("---\n" + a_spec("one") + "---\n" + a_spec("two", "8") + "---\n" + a_spec("three"));
  ASSERT_EQ(file.specs.size(), 3U);
  EXPECT_FALSE(file.specs[1]->body.is_same(file.specs[0]->body));
  EXPECT_EQ(file.specs[1]->body->parameters.front().second, "8");
  EXPECT_EQ(file.specs[0]->body->parameters.front().second, "4");
  EXPECT_TRUE(file.specs[2]->body.is_same(file.specs[0]->body));
}

TEST(SharedValues, DocumentsThatTakeTheSameDefaultsHaveOneBody) {
  const testing::TempTree tree;
  tree.write("a.yaml", "---\n" + a_spec("a") + "---\n" + a_spec("b") + "---\n" + a_spec("c", "8"));
  tree.write("defaults.yaml",
             "apiVersion: coder-reconciler/v1\nkind: WorkspaceDefaults\nmetadata: {name: d}\nspec: {values: "
             "{parameters: {region: eu}, organization: infra}}\n");
  SpecSource source({tree.path()});
  const auto loaded = source.load();
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->specs.size(), 3U);
  const WorkspaceSpec &first = *loaded->specs[0], &third = *loaded->specs[2];
  ASSERT_EQ(first.body->organization, "infra");
  EXPECT_TRUE(loaded->specs[1]->body.is_same(first.body));
  EXPECT_FALSE(third.body.is_same(first.body));
  EXPECT_THAT(third.body->parameters, ElementsAre(Pair("cpu", "8"), Pair("region", "eu")));
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
  const WorkspaceSpec& one = *first->specs[0];
  for (const SpecPtr& other : {first->specs[1], second->specs[1]}) {
    EXPECT_TRUE(one.owner.is_same(other->owner));
    EXPECT_TRUE(one.fields.is_same(other->fields));
    EXPECT_TRUE(one.body.is_same(other->body));
  }
}

}  // namespace
}  // namespace cr::specs
