// What a load that parses nothing says is what a first load of the same files would say.
#include <gtest/gtest.h>

#include "source_fixture.h"
#include "specs/source.h"

namespace cr::specs {
namespace {

/// As a source that has never loaded anything reads it.
DesiredState at_first_sight(const TempTree& tree) {
  SpecSource source({tree.path()});
  return load(source);
}

void expect_same(const DesiredState& a, const DesiredState& b) {
  EXPECT_EQ(names(a), names(b));
  EXPECT_EQ(a.diagnostics, b.diagnostics);
  EXPECT_EQ(a.files, b.files);
  EXPECT_EQ(a.invalid_documents, b.invalid_documents);
  EXPECT_EQ(a.duplicate_documents, b.duplicate_documents);
}

TEST(SpecSourceAgain, NothingChanged) {
  const TempTree tree;
  tree.write("a.yaml", document("a"));
  tree.write("b.yaml", document("b", "90s"));
  tree.write("c.yaml", document("a"));
  SpecSource source({tree.path()});
  const DesiredState first = load(source);
  const DesiredState second = load(source);
  EXPECT_EQ(source.parsed_files(), 0U);
  expect_same(second, first);
  EXPECT_EQ(second.specs, first.specs);
}

TEST(SpecSourceAgain, AFileGoesAndComesBack) {
  const TempTree tree;
  tree.write("a.yaml", document("a"));
  tree.write("b.yaml", document("b"));
  SpecSource source({tree.path()});
  EXPECT_EQ(load(source).specs.size(), 2U);
  tree.remove("b.yaml");
  expect_same(load(source), at_first_sight(tree));
  EXPECT_EQ(source.parsed_files(), 0U);
  tree.write("b.yaml", document("b"));
  expect_same(load(source), at_first_sight(tree));
}

TEST(SpecSourceAgain, OneFileTakesAnothersPlace) {
  const TempTree tree;
  tree.write("a.yaml", document("a"));
  tree.write("b.yaml", document("b"));
  SpecSource source({tree.path()});
  EXPECT_EQ(load(source).specs.size(), 2U);
  tree.remove("b.yaml");
  tree.write("c.yaml", document("c"));
  expect_same(load(source), at_first_sight(tree));
}

TEST(SpecSourceAgain, WhatAFailedLoadHasParsedCounts) {
  const TempTree tree;
  tree.write("a.yaml", document("a"));
  tree.write("b/b.yaml", document("b"));
  SpecSource source({tree.path()});
  EXPECT_EQ(load(source).specs.size(), 2U);
  // Each time b is to be read the tree moves, after a has been parsed anew.
  tree.write("a.yaml", document("a2"));
  tree.write("b/b.yaml", document("b2"));
  int moved = 0;
  source.before_reading([&](const std::string& file) {
    if (file.ends_with("b.yaml")) tree.write("b/b.yaml", document("b" + std::to_string(++moved + 100)));
  });
  EXPECT_FALSE(source.load());
  source.before_reading({});
  expect_same(load(source), at_first_sight(tree));
}

TEST(SpecSourceAgain, ALinkToNothingComesAndGoes) {
  const TempTree tree;
  tree.write("a.yaml", document("a"));
  SpecSource source({tree.path()});
  expect_same(load(source), at_first_sight(tree));
  tree.link("b.yaml", "nowhere");
  expect_same(load(source), at_first_sight(tree));
  EXPECT_EQ(load(source).diagnostics.size(), 1U);
  tree.remove("b.yaml");
  expect_same(load(source), at_first_sight(tree));
}

TEST(Pretending, FilesCountAsHavingTheGivenTexts) {
  const TempTree tree;
  tree.write("specs/a.yaml", document("a"));
  tree.write("specs/b.yaml", document("b"));
  SpecSource source({tree.path("specs")});
  source.pretend(
      {{tree.path("specs/b.yaml"), document("changed")}, {tree.path("specs/new.yaml"), document("fresh")}});
  EXPECT_THAT(names(load(source)), ElementsAre("a", "changed", "fresh"));
  source.pretend({{tree.path("specs/b.yaml"), document("changed again")}});
  EXPECT_THAT(names(load(source)), ElementsAre("a")) << "that is no name";
  source.pretend({});
  EXPECT_THAT(names(load(source)), ElementsAre("a", "b")) << "nothing of it is left";
}

TEST(Pretending, DefaultsAreForWhatIsThere) {
  const TempTree tree;
  tree.write("specs/team/a.yaml", document("a"));
  SpecSource source({tree.path("specs")});
  source.pretend({{tree.path("specs/defaults.yaml"),
                   "apiVersion: coder-reconciler/v1\nkind: WorkspaceDefaults\nmetadata: {name: d}\n"
                   "spec: {values: {dormant: true}}\n"}});
  const DesiredState state = load(source);
  ASSERT_THAT(state.specs, SizeIs(1));
  EXPECT_NE(state.specs.front()->fields.find("dormant"), nullptr);
}

TEST(Pretending, AMissingDirectoryIsAnEmptyOne) {
  const TempTree tree;
  SpecSource source({tree.path("fresh")});
  EXPECT_FALSE(source.load());
  source.pretend({{tree.path("fresh/a.yaml"), document("a")}});
  EXPECT_THAT(names(load(source)), ElementsAre("a"));
}

TEST(Pretending, WhatIsTooLargeIsSo) {
  const TempTree tree;
  SpecSource source({tree.path("fresh")});
  source.pretend({{tree.path("fresh/a.yaml"), document("a") + std::string(std::size_t{1} << 20, '\n')}});
  EXPECT_THAT(load(source).diagnostics, SizeIs(1));
}

}  // namespace
}  // namespace cr::specs
