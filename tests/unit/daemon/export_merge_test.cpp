// An export into specs that are there.
#include "daemon/export/merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>

#include "specs/parse.h"
#include "tests/support/builders.h"
#include "tests/unit/daemon/export_facts.h"

namespace cr::daemon {
namespace {

using namespace std::chrono_literals;
using coder::LiveWorkspace;
using testing::a_row;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using testing::facts_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::LiveBuilder;
using ::testing::SizeIs;

/// What becomes of one file of specs.
struct Merged {
  specs::DesiredState desired;
  Merge merge;
  MergedFile file;
};
Merged merge_into(const std::string& text, const FleetFacts& facts) {
  const auto name = std::make_shared<const std::string>("a.yaml");
  specs::ParsedFile parsed = specs::parse(text, name);
  Merged merged;
  merged.desired =
      specs::assemble(std::move(parsed.specs), std::move(parsed.diagnostics), std::move(parsed.rejected));
  std::vector<const LiveWorkspace*> rows;
  for (const LiveWorkspace& row : facts.rows) rows.push_back(&row);
  merged.merge = plan_merge(merged.desired, rows, facts);
  merged.file.text = text;
  if (merged.merge.edits.contains("a.yaml")) merged.file = merge_file(text, merged.merge.edits["a.yaml"]);
  return merged;
}

std::string a_spec(const std::string& fields, const std::string& name = "dev",
                   const std::string& owner = "alice") {
  return "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {name: " + name +
         "}\nspec:\n  owner: " + owner + "\n  template: docker\n" + fields;
}

TEST(Merge, SetsEveryKindOfDeclaredValue) {
  LiveWorkspace row = a_row();
  row.template_name = "vm";
  row.dormant = true;
  row.automatic_updates = reconcile::LiveAutomaticUpdates::always;
  row.build.version_name = "v7";
  const Merged merged =
      merge_into(a_spec("  organization: other # x\n  templateVersion: v6\n  parameters: {cpu: 2, free: 1}\n"
                        "  autostart: null\n  ttl: 4h\n  automaticUpdates: never\n  dormant: false\n"),
                 facts_of({row}));
  std::string wanted = a_spec(
      "  organization: coder # x\n  templateVersion: v7\n  parameters: {cpu: 4, free: 1}\n"
      "  autostart: 0 9 * * 1-5\n  ttl: 8h\n  automaticUpdates: always\n  dormant: true\n");
  wanted.replace(wanted.find("docker"), 6, "vm");
  EXPECT_EQ(merged.file.text, wanted);
  EXPECT_THAT(merged.file.made, SizeIs(8));
}

TEST(Merge, WhatIsTheSameByMeaningStaysAsItIsWritten) {
  LiveWorkspace row = a_row();
  row.autostart_schedule = "CRON_TZ=UTC 0 9 * * 1-5";
  const std::string text =
      a_spec("  autostart: 0 9 * * 1,2,3,4,5\n  ttl: 480m\n", "DEV", row.owner_id.to_string());
  const Merged merged = merge_into(text, facts_of({row}));
  EXPECT_EQ(merged.file.text, text);
  EXPECT_THAT(merged.merge.undeclared, IsEmpty()) << "the owner by id is the same one";
}

TEST(Merge, WhatADocumentDoesNotNameStaysUnmanaged) {
  const std::string text = a_spec("");
  const Merged merged = merge_into(text, facts_of({a_row()}));
  EXPECT_EQ(merged.file.text, text);
  EXPECT_THAT(merged.merge.edits, IsEmpty());
}

TEST(Merge, WhatIsTheOwnersOrWaitsForAPersonStays) {
  EXPECT_THAT(
      merge_into(a_spec("  ttl: 4h\n  reconcilePolicy: {fields: {ttl: initial}}\n"), facts_of({a_row()}))
          .merge.edits,
      IsEmpty());
  EXPECT_THAT(
      merge_into(a_spec("  ttl: 4h\n  reconcilePolicy: {fields: {ttl: report}}\n"), facts_of({a_row()}))
          .merge.edits,
      SizeIs(1));
  std::string suspended = a_spec("  ttl: 4h\n");
  suspended.replace(suspended.find("{name: dev}"), 11,
                    "{name: dev, annotations: {coder-reconciler/suspend: until 2027-01-01}}");
  const Merged merged = merge_into(suspended, facts_of({a_row()}));
  EXPECT_THAT(merged.merge.edits, IsEmpty());
  EXPECT_THAT(merged.merge.remarks, ElementsAre("alice/dev is suspended and stays as it is"));
}

TEST(Merge, NoSecretIsWrittenOverADeclaredValue) {
  LiveWorkspace row = a_row();
  FleetFacts facts = facts_of({row});
  facts.parameters[row.build.id] = {{"token", "hunter2"}};
  facts.versions[row.build.version] = {{.name = "token"}};
  const std::string text = a_spec("  parameters: {token: x}\n");
  const Merged merged = merge_into(text, facts);
  EXPECT_EQ(merged.file.text, text);
  EXPECT_THAT(
      merged.merge.remarks,
      ElementsAre("alice/dev: spec.parameters.token stays as declared: by its name it may be a secret"));
}

TEST(Merge, ADocumentThatWouldBecomeInvalidStays) {
  LiveWorkspace row = a_row();
  row.dormant = true;
  const std::string text = a_spec("  dormant: false\n  retain: {until: 2027-01-31, reason: leave}\n") +
                           "---\n" + a_spec("  ttl: 4h\n", "web");
  LiveWorkspace other = LiveBuilder(2, "alice", "web").ttl(8h);
  const Merged merged = merge_into(text, facts_of({row, other}));
  EXPECT_THAT(merged.file.made, SizeIs(1));
  EXPECT_THAT(merged.file.text, AllOf(HasSubstr("dormant: false"), HasSubstr("ttl: 8h")));
  EXPECT_THAT(merged.file.remarks,
              ElementsAre("alice/dev: spec.dormant stays as declared: with the live value the "
                          "document would be invalid"));
}

TEST(Merge, WhatCannotBeEditedIsSaid) {
  const Merged merged = merge_into(a_spec("  ttl: &t 4h\n  parameters: {cpu: *t}\n"), facts_of({a_row()}));
  EXPECT_THAT(merged.file.made, IsEmpty());
  EXPECT_THAT(merged.file.remarks, SizeIs(2));
  EXPECT_THAT(merged.file.remarks, Each(HasSubstr("an alias shares it")));
}

TEST(Merge, OnlyWhatNothingMayDeclareIsAdded) {
  const auto undeclared = [](const std::string& text) { return merge_into(text, facts_of({a_row()})).merge; };
  EXPECT_THAT(undeclared(a_spec("", "other")).undeclared, SizeIs(1));
  EXPECT_EQ(undeclared(a_spec("  ttl: 8 hours\n")).others[DeclaredStanding::invalid], 1U);
  EXPECT_EQ(undeclared(a_spec("", "a") + "---\nkind: Wrokspace\n").others[DeclaredStanding::maybe_declared],
            1U);
  std::string renaming = a_spec("", "fresh");
  renaming.replace(renaming.find("{name: fresh}"), 13, "{name: fresh, previousNames: [Dev]}");
  EXPECT_EQ(undeclared(renaming).others[DeclaredStanding::renamed], 1U);
}

TEST(Merge, NothingIsAddedWhereASetCannotBeRead) {
  specs::DesiredState desired;
  desired.rejected_sets = {"payments"};
  const FleetFacts facts = facts_of({a_row()});
  Merge merge = plan_merge(desired, {&facts.rows[0]}, facts);
  EXPECT_THAT(merge.undeclared, IsEmpty());
  EXPECT_EQ(merge.others[DeclaredStanding::maybe_declared], 1U);
}

TEST(Merge, ADocumentThatHasMovedIsNotTakenForAnother) {
  const FleetFacts facts = facts_of({a_row()});
  const std::string before = a_spec("  ttl: 4h\n") + "---\n" + a_spec("  ttl: 5h\n", "web");
  const std::string after = a_spec("  ttl: 5h\n", "web") + "---\n" + a_spec("  ttl: 4h\n");
  const Merged merged = merge_into(before, facts);
  const MergedFile file = merge_file(after, merged.merge.edits.at("a.yaml"));
  EXPECT_EQ(file.text, after);
  EXPECT_THAT(file.made, IsEmpty());
  EXPECT_THAT(file.remarks, ElementsAre("a.yaml stays as it is: it has changed meanwhile"));
}

TEST(Merge, WhatADocumentDeclaresAfterItsEditsIsKnownWithoutReadingIt) {
  LiveWorkspace row = a_row();
  row.template_name = "vm";
  row.build.version_name = "v7";
  const FleetFacts facts = facts_of({row});
  const std::string text = a_spec(
      "  organization: other\n  templateVersion: v6\n  parameters: {cpu: 2, free: 1}\n"
      "  autostart: null\n  ttl: 4h\n  reconcilePolicy: {fields: {ttl: report}}\n");
  const Merged merged = merge_into(text, facts);
  const auto read = [](const std::string& of) {
    const specs::ParsedFile parsed = specs::parse(of, std::make_shared<const std::string>("a.yaml"));
    EXPECT_THAT(parsed.diagnostics, IsEmpty()) << of;
    return *parsed.specs.front();
  };
  specs::WorkspaceSpec spec = read(text);
  for (const MergeEdit* edit : merged.file.made) apply(*edit, spec);
  EXPECT_THAT(merged.file.made, SizeIs(6));
  EXPECT_EQ(spec, read(merged.file.text));
}

TEST(Merge, WhatASetMayHaveIsLeftToIt) {
  const auto of_set = [](auto&& edit) {
    auto set = std::make_shared<specs::WorkspaceSet>();
    set->workspace.name = "dev-{owner}";
    edit(*set);
    specs::DesiredState desired;
    desired.sets.push_back(set);
    const LiveWorkspace row = a_row("Dev-alice");
    const FleetFacts facts = facts_of({row});
    return plan_merge(desired, {&facts.rows[0]}, facts).others[DeclaredStanding::maybe_of_set] == 1;
  };
  EXPECT_TRUE(of_set([](auto& set) { set.owners.list = {"bob", "ALICE"}; }));
  EXPECT_TRUE(of_set([](auto& set) { set.owners.organization = "coder"; }));
  EXPECT_TRUE(of_set([](auto& set) { set.owners.group = {"coder", "payments"}; }));
  EXPECT_TRUE(of_set([](auto& set) {
    set.owners.list = {"alice"};
    set.workspace.name = "box-{owner}";
    set.workspace.body.edit().previous_names = {"dev-{owner}"};
  }));
  EXPECT_FALSE(of_set([](auto& set) { set.owners.list = {"bob"}; }));
  EXPECT_FALSE(of_set([](auto& set) {
    set.owners.organization = "coder";
    set.owners.except = {"alice"};
  }));
  EXPECT_FALSE(of_set([](auto& set) {
    set.owners.list = {"alice"};
    set.workspace.name = "web-{owner}";
  }));
}

TEST(Appended, KeepsTheLineEndsOfTheFile) {
  EXPECT_EQ(appended("a: b\r\nc: d", "e: f\n"), "a: b\r\nc: d\r\n---\r\ne: f\r\n");
  EXPECT_EQ(appended("a: b\n", "e: f\n"), "a: b\n---\ne: f\n");
  EXPECT_EQ(appended("", "e: f\n"), "e: f\n");
}

}  // namespace
}  // namespace cr::daemon
