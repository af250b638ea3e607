#include "specs/workspace_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/parse_alone.h"

namespace cr::specs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string set_of(std::string_view owners, std::string_view metadata = "name: dev",
                   std::string_view spec = "template: t", std::string_view more = "",
                   std::string_view own = "name: s") {
  std::string text = "apiVersion: coder-reconciler/v1\nkind: WorkspaceSet\nmetadata: {";
  text.append(own).append("}\nspec:\n  owners: {").append(owners).append("}\n").append(more);
  text.append("  template:\n    metadata: {").append(metadata).append("}\n    spec: {").append(spec);
  return text + "}\n";
}

ParsedFile parsed(const std::string& text) {
  return cr::testing::parse_alone(text, std::make_shared<const std::string>("t.yaml"));
}

std::string errors(const std::string& text) {
  std::string all;
  const ParsedFile file = parsed(text);
  EXPECT_THAT(file.sets, IsEmpty()) << text;
  for (const Diagnostic& diagnostic : file.diagnostics) all += render(diagnostic);
  return all;
}

TEST(WorkspaceSet, IsReadAsItIsWritten) {
  const ParsedFile file = parsed(
      set_of("list: [alice, bob], organization: coder, group: {organization: o, name: g}, except: [ci]",
             "name: \"{owner}-dev\", previousNames: [\"{owner}\"], labels: {user: \"{owner}\"}",
             "template: t, ttl: 8h, parameters: {home: \"/home/{owner}\"}",
             "  spreadAutostart: 30m\n  onLeave: dormant\n", "name: s, labels: {team: payments}"));
  EXPECT_THAT(file.diagnostics, IsEmpty());
  ASSERT_THAT(file.sets, SizeIs(1));
  const WorkspaceSet& set = *file.sets[0].set;
  EXPECT_EQ(set.name, "s");
  EXPECT_EQ(set.owners, (SetOwners{.list = {"alice", "bob"},
                                   .organization = "coder",
                                   .group = OwnerGroup{"o", "g"},
                                   .except = {"ci"}}));
  EXPECT_EQ(set.spread_autostart, std::chrono::minutes{30});
  EXPECT_EQ(set.on_leave, OnLeave::dormant);
  EXPECT_EQ(set.workspace.name, "{owner}-dev");
  EXPECT_EQ(set.workspace.body->set, "s");
  EXPECT_THAT(*set.workspace.body->previous_names, ElementsAre("{owner}"));
  EXPECT_EQ(*set.workspace.body->labels, (StringPairs{{"team", "payments"}, {"user", "{owner}"}}));
  EXPECT_EQ(*set.workspace.body->parameters, (StringPairs{{"home", "/home/{owner}"}}));
  EXPECT_TRUE(set.workspace.owner.empty());
}

TEST(WorkspaceSet, ItsLabelsAreItsWorkspacesWhereTheTemplateGivesNoOther) {
  const ParsedFile file = parsed(
      set_of("list: [a]", "name: dev, labels: {a: own}", "template: t", "", "name: s, labels: {a: x, b: y}"));
  ASSERT_THAT(file.sets, SizeIs(1));
  EXPECT_EQ(*file.sets[0].set->workspace.body->labels, (StringPairs{{"a", "own"}, {"b", "y"}}));
  EXPECT_EQ(*file.sets[0].set->labels, (StringPairs{{"a", "x"}, {"b", "y"}}));
}

TEST(WorkspaceSet, ThatIsSuspendedSuspendsAllItsWorkspaces) {
  const ParsedFile file = parsed(set_of("list: [a]", "name: dev", "template: t", "",
                                        "name: s, annotations: {coder-reconciler/suspend: \"true\"}"));
  ASSERT_THAT(file.sets, SizeIs(1));
  EXPECT_TRUE(file.sets[0].set->workspace.body->suspension);
}

TEST(WorkspaceSet, OfTwoSuspensionsTheLongerCounts) {
  const auto end_of = [](const std::string& own, const std::string& of_template) {
    const auto annotation = [](const std::string& value) {
      return ", annotations: {coder-reconciler/suspend: \"" + value + "\"}";
    };
    const ParsedFile file = parsed(set_of("list: [a]", "name: dev" + annotation(of_template), "template: t",
                                          "", "name: s" + annotation(own)));
    return file.sets.at(0).set->workspace.body->suspension.value().until;
  };
  constexpr std::chrono::sys_days kLater = std::chrono::year{2026} / 12 / 24;
  EXPECT_EQ(end_of("until 2026-12-24", "until 2026-11-01"), kLater);
  EXPECT_EQ(end_of("until 2026-11-01", "until 2026-12-24"), kLater);
  EXPECT_EQ(end_of("true", "until 2026-12-24"), std::nullopt);
  EXPECT_EQ(end_of("until 2026-12-24", "true"), std::nullopt);
}

TEST(WorkspaceSet, OtherProgramsPlaceholdersAreText) {
  const ParsedFile file =
      parsed(set_of("list: [a]", "name: dev, annotations: {note: \"${owner} {{owner}}\"}",
                    "template: \"t\", preset: \"${owner}\", parameters: {p: \"${owner}{{owner}}\"}"));
  EXPECT_THAT(file.diagnostics, IsEmpty());
  EXPECT_THAT(file.sets, SizeIs(1));
  EXPECT_THAT(errors(set_of("list: [a]", "name: \"${owner}\"")), HasSubstr("\"${owner}\" "))
      << "no name is made of it";
}

TEST(WorkspaceSet, ErrorsSayWhatToWriteInstead) {
  for (const auto& [text, says] : std::vector<std::pair<std::string, std::string>>{
           {set_of(""), "spec.owners: the set has no owners (give list, organization or group)"},
           {set_of("except: [a]"), "the set has no owners"},
           {set_of("list: []"), "the set has no owners"},
           {set_of("list: [a, A]"), "spec.owners.list[1]: duplicate owner \"A\""},
           {set_of("list: [a]", "name: dev", "template: t, owner: bob"),
            "spec.template.spec.owner: unknown key \"owner\" (remove it: a set's workspaces belong to those "
            "whom spec.owners names)"},
           {set_of("list: [a]", "name: \"{user}-dev\""),
            "spec.template.metadata.name: unknown placeholder \"{user}\" (did you mean {owner}?"},
           {set_of("list: [a]", "name: dev", "template: t, parameters: {p: \"x{Owner}\"}"),
            "unknown placeholder \"{Owner}\" (did you mean {owner}?"},
           {set_of("list: [a]", "name: dev", "template: \"{owner}\""),
            "spec.template.spec.template: \"{owner}\" is not replaced here (it stands for the username in "
            "name, previousNames, labels, annotations and parameters)"},
           {set_of("list: [a]", "name: dev", "ttl: 8h"),
            "spec.template.spec.template: is missing (give it here, or among the values of a "
            "WorkspaceDefaults"},
           {set_of("list: [a]", "name: \"" + std::string(31, 'x') + "-{owner}\""), "at most 32"},
           {set_of("list: [a]", "name: dev}\n    kind: Workspace\n    apiVersion: {a: b"),
            "spec.template.kind: unknown key \"kind\" (remove it: a set's template has neither"},
           {set_of("list: [a]", "name: dev", "template: t", "  onLeave: domant\n"),
            "did you mean \"dormant\"?"},
           {set_of("list: [a]", "name: dev", "template: t", "  spreadAutostart: 90s\n"),
            "whole number of minutes"},
       })
    EXPECT_THAT(errors(text), HasSubstr(says)) << text;
}

TEST(WorkspaceSet, OfAnInvalidDocumentTheNameIsKept) {
  const ParsedFile file = parsed(set_of("", "name: dev"));
  EXPECT_THAT(file.rejected_sets, ElementsAre("s"));
}

TEST(WorkspaceSet, TwoOfOneNameAreBothLeftOutAndNameEachOther) {
  const auto file = std::make_shared<const std::string>("t.yaml");
  const auto a_set = [&](std::string name, std::uint32_t line) {
    WorkspaceSet set;
    set.name = std::move(name);
    set.where = {file, line, 1};
    return std::make_shared<const WorkspaceSet>(std::move(set));
  };
  const DesiredState state =
      assemble(Declared{.specs = {}, .sets = {a_set("b", 9), a_set("S", 1), a_set("s", 5), a_set("a", 3)}});
  ASSERT_THAT(state.sets, SizeIs(2));
  EXPECT_EQ(state.sets[0]->name, "a");
  EXPECT_EQ(state.sets[1]->name, "b");
  EXPECT_THAT(state.rejected_sets, ElementsAre("S", "s"));
  EXPECT_EQ(state.duplicate_documents, 2U);
  ASSERT_THAT(state.diagnostics, SizeIs(2));
  EXPECT_THAT(render(state.diagnostics[0]),
              HasSubstr("t.yaml:1:1: metadata.name: set S is also declared at t.yaml:5:1"));
  EXPECT_THAT(render(state.diagnostics[1]), HasSubstr("set s is also declared at t.yaml:1:1"));
}

}  // namespace
}  // namespace cr::specs
