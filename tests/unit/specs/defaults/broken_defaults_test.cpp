// A broken default must never change a fleet: what it might apply to is left as it is.

#include <unistd.h>

#include <filesystem>

#include "defaults/defaults_fixture.h"

namespace cr::specs {
namespace {

struct BrokenDefaults : DefaultsTreeTest {
  BrokenDefaults() {
    write("near/w.yaml", workspace("x") + workspace("y", "template: t", "site: berlin"));
    write("near/s.yaml", set("dev"));
    write("beside/w.yaml", workspace("z"));
  }

  void expect_held(const DesiredState& state, const std::string& by) const {
    EXPECT_THAT(names(state), ElementsAre("z"));
    EXPECT_THAT(state.sets, IsEmpty());
    EXPECT_THAT(state.rejected_sets, ElementsAre("dev"));
    EXPECT_THAT(state.elsewhere, ElementsAre(Identity{"a", "x"}, Identity{"a", "y"}));
    EXPECT_THAT(said(state), HasSubstr("near/w.yaml:2:1: depends on the invalid WorkspaceDefaults at " + by));
  }
};

TEST_F(BrokenDefaults, WithAnErrorHoldWhatIsInTheirDirectoryAndBelow) {
  write("near/d.yaml", defaults("ttl: 8"));
  expect_held(load(), "near/d.yaml:2");
  write("near/d.yaml", defaults("ttl: 8h"));
  EXPECT_THAT(names(load()), ElementsAre("x", "y", "z"));
}

TEST_F(BrokenDefaults, ThatAreNoYamlHoldToo) {
  write("near/d.yaml", "kind: WorkspaceDefaults\nspec: {values: {ttl: 8h}\n");
  expect_held(load(), "near/d.yaml:1");
}

TEST_F(BrokenDefaults, WithAMergeConflictHoldToo) {
  write("near/d.yaml", "kind: WorkspaceDefaults\n<<<<<<< a\nspec: {}\n=======\nspec: 1\n>>>>>>> b\n");
  expect_held(load(), "near/d.yaml:1");
}

TEST_F(BrokenDefaults, OfAMisspeltKindHoldToo) {
  write("near/d.yaml",
        "apiVersion: coder-reconciler/v1\nkind: WorkspaceDefault\nmetadata: {name: d}\nspec: {values: {ttl: "
        "8h}}\n");
  expect_held(load(), "near/d.yaml:1");
}

TEST_F(BrokenDefaults, ThatCannotBeOpenedHoldByWhatWasKnownOrByTheirName) {
  if (::geteuid() == 0) {
    // Root opens everything; a file that is too large is as little read.
    write("near/defaults.yaml", std::string(std::size_t{2} << 20, '#'));
  } else {
    write("near/defaults.yaml", defaults("ttl: 8h"));
    std::filesystem::permissions(tree.path("specs/near/defaults.yaml"), std::filesystem::perms::none);
  }
  expect_held(load(), "near/defaults.yaml");
}

TEST_F(BrokenDefaults, KnownFromAnEarlierReadHoldWhateverTheirName) {
  write("near/site.yaml", defaults("ttl: 8h"));
  EXPECT_THAT(names(load()), ElementsAre("x", "y", "z"));
  write("near/site.yaml", std::string(std::size_t{2} << 20, '#'));
  expect_held(load(), "near/site.yaml");
}

TEST_F(BrokenDefaults, BehindALinkThatLeadsNowhereHoldToo) {
  tree.link("specs/near/defaults.yaml", "nowhere.yaml");
  expect_held(load(), "near/defaults.yaml");
}

TEST_F(BrokenDefaults, HoldOnlyWhatTheirSelectorSelectsWhereItCanBeRead) {
  write("near/d.yaml", defaults("ttl: 8", "site=berlin"));
  const DesiredState state = load();
  EXPECT_THAT(names(state), ElementsAre("x", "z"));
  EXPECT_THAT(state.sets, SizeIs(1));
}

TEST_F(BrokenDefaults, AreNoWorkspaceThatNobodyKnows) {
  write("near/d.yaml", defaults("ttl: 8"));
  const DesiredState state = load();
  EXPECT_EQ(state.unknown_documents, 1U);  // the set, whose owners nobody knows yet
  EXPECT_EQ(state.invalid_documents, 4U);
}

TEST_F(BrokenDefaults, FilesOfWorkspacesThatCannotBeReadHoldNobodyWhereThereAreNoDefaults) {
  write("near/other.yaml", std::string(std::size_t{2} << 20, '#'));
  EXPECT_THAT(names(load()), ElementsAre("x", "y", "z"));
}

}  // namespace
}  // namespace cr::specs
