// What a load that parses nothing says is what a first load of the same files would say.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>

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

// What the kernel tells of is told to this source by the tests.
class SpecSourceUnwritten : public ::testing::Test {
 protected:
  /// Files are at rest for long.
  static std::chrono::system_clock::time_point later() { return std::chrono::system_clock::now() + 1h; }
  static DesiredState look(SpecSource& source, SpecSource::Files files) {
    auto state = source.load(files);
    if (!state) {
      ADD_FAILURE() << state.error().message();
      return {};
    }
    return std::move(*state);
  }
  /// Loads, with all directories at rest: what changes within a tick of the file system's clock looks
  /// unchanged.
  DesiredState load_at_rest(SpecSource& source) const {
    namespace fs = std::filesystem;
    const auto past = fs::file_time_type::clock::now() - 1h;
    fs::last_write_time(tree_.path(), past);
    for (const auto& entry : fs::recursive_directory_iterator(tree_.path())) {
      if (entry.is_directory()) fs::last_write_time(entry.path(), past);
    }
    return load(source);
  }
  static DesiredState untouched(SpecSource& source) {
    return look(source, SpecSource::Files::were_not_written);
  }

  TempTree tree_;
};

TEST_F(SpecSourceUnwritten, FilesAreNotLookedAt) {
  tree_.write("a.yaml", document("a"));
  tree_.write("deep/b.yaml", document("b"));
  SpecSource source({tree_.path()}, later);
  const DesiredState first = load_at_rest(source);
  tree_.write("a.yaml", document("a", "12h"));
  EXPECT_TRUE(untouched(source).specs.is_same(first.specs)) << "somebody would have told";
  EXPECT_FALSE(load(source).specs.is_same(first.specs));
}

TEST_F(SpecSourceUnwritten, WhatHasComeOrGoneIsSeenAllTheSame) {
  tree_.write("a.yaml", document("a"));
  tree_.write("deep/b.yaml", document("b"));
  SpecSource source({tree_.path()}, later);
  load_at_rest(source);
  tree_.write("deep/c.yaml", document("c"));
  EXPECT_THAT(names(untouched(source)), ElementsAre("a", "b", "c"));
  load_at_rest(source);
  tree_.remove("a.yaml");
  EXPECT_THAT(names(untouched(source)), ElementsAre("b", "c"));
  load_at_rest(source);
  tree_.write("new/d.yaml", document("d"));
  EXPECT_THAT(names(untouched(source)), ElementsAre("b", "c", "d"));
}

TEST_F(SpecSourceUnwritten, ALinkThatIsFlippedIsSeenAllTheSame) {
  tree_.write("1/a.yaml", document("a"));
  tree_.write("2/b.yaml", document("b"));
  tree_.link("current", "1");
  SpecSource source({tree_.path("current")}, later);
  EXPECT_THAT(names(load(source)), ElementsAre("a"));
  tree_.swap_link("current", "2");
  EXPECT_THAT(names(untouched(source)), ElementsAre("b"));
}

TEST_F(SpecSourceUnwritten, ARevisionIsSeenAllTheSame) {
  tree_.write(".git/HEAD", std::string(40, '1') + "\n");
  tree_.write("a.yaml", document("a"));
  SpecSource source({tree_.path()}, later);
  EXPECT_EQ(load(source).revision, std::string(40, '1'));
  tree_.write(".git/HEAD", std::string(40, '2') + "\n");
  EXPECT_EQ(untouched(source).revision, std::string(40, '2'));
}

// Its directory is none of those that are watched.
TEST_F(SpecSourceUnwritten, WhatIsReachedByALinkIsLookedAtEachTime) {
  tree_.write("specs/real.yaml", document("a"));
  tree_.write("specs/elsewhere/b.yml", document("b"));
  tree_.link("specs/b.yaml", "elsewhere/b.yml");
  SpecSource source({tree_.path("specs")}, later);
  load_at_rest(source);
  tree_.write("specs/real.yaml", document("longer"));
  EXPECT_THAT(names(untouched(source)), ElementsAre("b", "longer"));
}

TEST_F(SpecSourceUnwritten, WhatWasWrittenJustNowIsLookedAtEachTime) {
  tree_.write("a.yaml", document("a"));
  SpecSource source({tree_.path()});
  load(source);
  tree_.write("a.yaml", document("c"));
  EXPECT_THAT(names(untouched(source)), ElementsAre("c"));
}

TEST_F(SpecSourceUnwritten, DefaultsAboveAreLookedAtEachTime) {
  const auto defaults = [](std::string_view ttl) {
    return "apiVersion: coder-reconciler/v1\nkind: WorkspaceDefaults\nmetadata: {name: d}\nspec: {values: "
           "{ttl: " +
           std::string(ttl) + "}}\n";
  };
  tree_.write(".git/HEAD", std::string(40, '1') + "\n");
  tree_.write("defaults.yaml", defaults("4h"));
  tree_.write("team/a.yaml",
              "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {name: a}\nspec: "
              "{owner: a, template: t}\n");
  SpecSource source({tree_.path("team")}, later);
  const auto ttl_of = [](const DesiredState& state) { return *state.specs.front()->fields.get<Ttl>("ttl"); };
  EXPECT_EQ(ttl_of(load_at_rest(source)), 4h);
  tree_.write("defaults.yaml", defaults("12h"));
  EXPECT_EQ(ttl_of(untouched(source)), 12h);
}

TEST_F(SpecSourceUnwritten, AfterALoadThatFailedAllIsLookedAt) {
  tree_.write("a.yaml", document("a"));
  SpecSource source({tree_.path()}, later);
  load(source);
  tree_.remove("");
  EXPECT_FALSE(source.load(SpecSource::Files::were_not_written));
  tree_.write("a.yaml", document("longer"));
  EXPECT_THAT(names(untouched(source)), ElementsAre("longer"));
}

}  // namespace
}  // namespace cr::specs
