#include "specs/desired_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "tests/support/parse_alone.h"

namespace cr::specs {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

SpecPtr spec(std::string owner, std::string name, std::string file = "a.yaml", std::uint32_t line = 1) {
  WorkspaceSpec value;
  value.owner = std::move(owner);
  value.name = std::move(name);
  value.where = {std::make_shared<const std::string>(std::move(file)), line, 1};
  return std::make_shared<const WorkspaceSpec>(std::move(value));
}

std::vector<std::string> identities(const DesiredState& state) {
  std::vector<std::string> names;
  for (const SpecPtr& s : state.specs) names.push_back(identity_of(*s).to_string());
  return names;
}

TEST(DesiredState, IsSortedByIdentityWithoutRegardToCase) {
  const DesiredState state = assemble({spec("bob", "Web"), spec("Alice", "db"), spec("alice", "API")}, {});
  EXPECT_THAT(identities(state), ElementsAre("alice/api", "alice/db", "bob/web"));
}

TEST(DesiredState, TheOrderOfSpecsIsThatOfTheirIdentities) {
  const SpecPtr specs[] = {spec("alice", "web"), spec("Alice", "WEB"), spec("ALICE", "w"),
                           spec("alice2", "a"),  spec("bob", "A"),     spec("Bob", "b-1")};
  for (const SpecPtr& a : specs) {
    for (const SpecPtr& b : specs) {
      EXPECT_EQ(compare_identities(*a, *b), identity_of(*a) <=> identity_of(*b))
          << identity_of(*a).to_string() << ' ' << identity_of(*b).to_string();
    }
  }
}

TEST(DesiredState, IsSortedByIdentityHoweverLateNamesDiffer) {
  std::mt19937 random(7);
  const auto any_name = [&] {
    // Mostly alike: they differ in length, in their last letters, or in case alone.
    std::string name(random() % 40, 'a');
    for (std::size_t i = 0; i < name.size(); ++i) {
      if (i + 3 > name.size() || random() % 40 == 0) name[i] = "aAbBzZ09-"[random() % 9];
    }
    return "n" + name;
  };
  std::vector<SpecPtr> documents;
  for (std::uint32_t line = 1; line <= 2'000; ++line)
    documents.push_back(spec(any_name().substr(0, 30), any_name(), "a.yaml", line));
  std::vector<std::string> expected;
  std::vector<SpecPtr> in_order = documents;
  std::ranges::stable_sort(in_order, {}, [](const SpecPtr& one) { return identity_of(*one); });
  for (std::size_t i = 0; i < in_order.size(); ++i) {
    const auto is_like = [&](std::size_t other) {
      return other < in_order.size() && identity_of(*in_order[other]) == identity_of(*in_order[i]);
    };
    if (!is_like(i - 1) && !is_like(i + 1)) expected.push_back(identity_of(*in_order[i]).to_string());
  }
  EXPECT_EQ(identities(assemble(documents, {})), expected);
}

TEST(DesiredState, DuplicatesAreBothInvalidAndNameEachOther) {
  const DesiredState state = assemble(
      {spec("alice", "web", "a.yaml", 3), spec("Alice", "WEB", "b.yaml", 7), spec("bob", "web")}, {});
  EXPECT_THAT(identities(state), ElementsAre("bob/web"));
  EXPECT_EQ(state.duplicate_documents, 2U);
  EXPECT_EQ(state.invalid_documents, 0U);
  ASSERT_THAT(state.diagnostics, SizeIs(2));
  EXPECT_EQ(render(state.diagnostics[0]),
            "a.yaml:3:1: metadata.name: workspace alice/web is also declared at b.yaml:7:1 (none of them is "
            "applied; keep only one)\n");
  EXPECT_EQ(render(state.diagnostics[1]),
            "b.yaml:7:1: metadata.name: workspace alice/web is also declared at a.yaml:3:1 (none of them is "
            "applied; keep only one)\n");
  EXPECT_EQ(state.diagnostics[0].kind, DiagnosticKind::duplicate);
}

TEST(DesiredState, MoreThanTwoDuplicatesSayHowMany) {
  const DesiredState state =
      assemble({spec("a", "x", "a.yaml", 1), spec("a", "x", "a.yaml", 9), spec("a", "x", "b.yaml", 1)}, {});
  ASSERT_THAT(state.diagnostics, SizeIs(3));
  EXPECT_EQ(state.duplicate_documents, 3U);
  EXPECT_THAT(state.diagnostics[2].message,
              ::testing::HasSubstr("declared at a.yaml:1:1 (3 declarations in total)"));
}

TEST(DesiredState, CountsDocumentsNotErrors) {
  const auto file = std::make_shared<const std::string>("a.yaml");
  const auto error = [&](std::uint32_t document, std::uint32_t line) {
    Diagnostic d;
    d.where = {file, line, 1};
    d.document = document;
    return d;
  };
  const DesiredState state = assemble({}, {error(1, 4), error(1, 5), error(10, 12)});
  EXPECT_EQ(state.invalid_documents, 2U);
  EXPECT_THAT(state.diagnostics, SizeIs(3));
}

TEST(DesiredState, CountsEachInvalidItemOfALine) {
  const auto file = std::make_shared<const std::string>("a.yaml");
  const ParsedFile parsed = cr::testing::parse_alone(
      "apiVersion: v1\nkind: List\nitems: [{apiVersion: coder-reconciler/v1, kind: Workspace, metadata: {}}, "
      "{apiVersion: coder-reconciler/v1, kind: Workspace, spec: {}}]\n",
      file);
  EXPECT_THAT(parsed.specs, IsEmpty());
  EXPECT_EQ(assemble(parsed.specs, parsed.diagnostics).invalid_documents, 2U);
}

TEST(DesiredState, NothingDeclaredIsADesiredState) {
  const DesiredState state = assemble({}, {});
  EXPECT_THAT(state.specs, IsEmpty());
  EXPECT_THAT(state.diagnostics, IsEmpty());
}

TEST(DesiredState, DoesNotDependOnTheOrderOfDocuments) {
  std::vector<SpecPtr> documents;
  std::vector<Diagnostic> diagnostics;
  for (std::uint32_t i = 0; i < 60; ++i) {
    documents.push_back(
        spec("user" + std::to_string(i % 7), "w" + std::to_string(i % 11), "f" + std::to_string(i % 3), i));
    Diagnostic d;
    d.where = {std::make_shared<const std::string>("f" + std::to_string(i % 3)), i, 1};
    d.message = std::to_string(i);
    diagnostics.push_back(d);
  }
  const DesiredState expected = assemble(documents, diagnostics);
  std::mt19937 random(7);
  for (int round = 0; round < 20; ++round) {
    std::shuffle(documents.begin(), documents.end(), random);
    std::shuffle(diagnostics.begin(), diagnostics.end(), random);
    const DesiredState state = assemble(documents, diagnostics);
    EXPECT_EQ(identities(state), identities(expected));
    EXPECT_EQ(state.diagnostics, expected.diagnostics);
  }
}

}  // namespace
}  // namespace cr::specs
