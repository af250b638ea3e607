// A broken default must never change a fleet: what it might apply to is left as it is.

#include <unistd.h>

#include <filesystem>

#include "defaults/defaults_fixture.h"
#include "specs/defaults_files.h"

namespace cr::specs {
namespace {

struct BrokenDefaults : DefaultsTreeTest {
  BrokenDefaults() {
    write("near/w.yaml", workspace("x") + workspace("y", "template: t", "site: berlin"));
    write("near/s.yaml", set("dev"));
    write("beside/w.yaml", workspace("z"));
  }

  /// `by`: as it is told.
  void expect_held(const DesiredState& state, const std::string& by) const {
    EXPECT_THAT(names(state), ElementsAre("z"));
    EXPECT_THAT(state.sets, IsEmpty());
    EXPECT_THAT(state.rejected_sets, ElementsAre("dev"));
    EXPECT_THAT(state.elsewhere, ElementsAre(Identity{"a", "x"}, Identity{"a", "y"}));
    EXPECT_THAT(said(state), HasSubstr("near/w.yaml:2:1: depends on " + by + " ("));
  }
};

TEST_F(BrokenDefaults, WithAnErrorHoldWhatIsInTheirDirectoryAndBelow) {
  write("near/d.yaml", defaults("ttl: 8"));
  expect_held(load(), "the invalid WorkspaceDefaults at near/d.yaml:2");
  write("near/d.yaml", defaults("ttl: 8h"));
  EXPECT_THAT(names(load()), ElementsAre("x", "y", "z"));
}

struct Case {
  const char* name;
  std::string text;
};
std::string name_of(const ::testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

std::string document(std::string_view head, std::string_view spec = "{values: {ttl: 8h}}") {
  return std::string(head).append("\nmetadata: {name: d}\nspec: ").append(spec).append("\n");
}
constexpr std::string_view kOurs = "apiVersion: coder-reconciler/v1\n";

struct MaybeDefaults : BrokenDefaults, ::testing::WithParamInterface<Case> {};

TEST_P(MaybeDefaults, HoldWhatIsInTheirDirectoryAndBelow) {
  write("near/d.yaml", GetParam().text);
  expect_held(load(), "near/d.yaml:1, which is invalid and may be WorkspaceDefaults");
}
INSTANTIATE_TEST_SUITE_P(
    Misspelt, MaybeDefaults,
    ::testing::Values(
        Case{"Kind", document(std::string(kOurs) + "kind: WorkspaceDefault")},
        Case{"KindShort", document(std::string(kOurs) + "kind: Defaults")},
        Case{"KindInOtherCase", document(std::string(kOurs) + "kind: workspacedefaults")},
        Case{"KindOfAnother", document(std::string(kOurs) + "kind: Workspace")},
        Case{"KindUnknown", document(std::string(kOurs) + "kind: Policy")},
        Case{"KindUnknownAndNothingElse", document(std::string(kOurs) + "kind: Policy", "{ttl: 8h}")},
        Case{"KindMissing", document(kOurs)}, Case{"KindNull", document(std::string(kOurs) + "kind:")},
        Case{"KindTwice", std::string(kOurs) + "kind: Workspace\nkind: WorkspaceDefault\nspec: {}\n"},
        Case{"BothMissing", "metadata: {name: d}\nspec: {valeus: {ttl: 8h}}\n"},
        Case{"VersionMisspeltAndKindMissing", document("apiVersion: codr-reconciler/v1")},
        Case{"OnlyAListsItem", "- kind: WorkspaceDefault\n  spec: {values: {ttl: 8h}}\n"},
        Case{"WithoutSpec", "values: {ttl: 8h}\n"},
        Case{"VersionOfAnotherAndKind",
             "apiVersion: example.com/v1\nkind: WorkspaceDefault\nspec: {values: {ttl: 8h}}\n"},
        Case{"InAListThatIsRefused",
             "{apiVersion: v2, kind: List, items: [{kind: WorkspaceDefault, spec: {values: {ttl: 8h}}}]}\n"},
        Case{"InAListOfAMisspeltKey",
             "{apiVersion: v1, kind: List, itmes: [{kind: WorkspaceDefault, spec: {values: {ttl: 8h}}}]}\n"},
        Case{"InAListOfAMisspeltKind",
             "{apiVersion: v1, kind: Lists, items: [{kind: WorkspaceDefault, spec: {values: {ttl: 8h}}}]}\n"},
        Case{"InAListWithinAList",
             "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: List, items: [{kind: "
             "WorkspaceDefault}]}]}\n"}),
    name_of);
INSTANTIATE_TEST_SUITE_P(
    NoYaml, MaybeDefaults,
    ::testing::Values(
        Case{"CutOff", "kind: WorkspaceDefaults\nspec: {values: {ttl: 8h}\n"},
        Case{"OfAMisspeltKind", "kind: 'WrkspaceDefault'\nspec: {\n"},
        Case{"WithoutKind", "spec: {values: {ttl: 8h}\n"}, Case{"Json", R"({"spec": {"values" : {)"},
        Case{"MergeConflict", "kind: WorkspaceDefaults\n<<<<<<< a\nspec: {}\n=======\nspec: 1\n>>>>>>> b\n"},
        Case{"OfSixteenBits",
             std::string("\xff\xfek\0i\0n\0d\0:\0W\0o\0r\0k\0s\0p\0a\0c\0e\0D\0e\0f\0a\0u\0l\0t\0s\0", 46)}),
    name_of);

TEST_F(BrokenDefaults, OfAnotherVersionHoldToo) {
  for (const std::string version : {"codr-reconciler/v1", "coder-reconciler/v2", "v1"}) {
    write("near/d.yaml", "apiVersion: " + version + "\nkind: WorkspaceDefaults\nspec: {values: {ttl: 8h}}\n");
    expect_held(load(), "the invalid WorkspaceDefaults at near/d.yaml:1");
  }
}

struct NoDefaults : BrokenDefaults, ::testing::WithParamInterface<Case> {};

TEST_P(NoDefaults, HoldNobody) {
  write("near/d.yaml", GetParam().text);
  const DesiredState state = load();
  EXPECT_THAT(names(state), ElementsAre("x", "y", "z"));
  EXPECT_EQ(state.invalid_documents, 1U);
}
INSTANTIATE_TEST_SUITE_P(
    Misspelt, NoDefaults,
    ::testing::Values(
        Case{"Workspace", document(std::string(kOurs) + "kind: Workspace", "{owner: a, ttl: 8}")},
        Case{"WorkspaceWithoutOwner", document(std::string(kOurs) + "kind: Workspace", "{template: t}")},
        Case{"WorkspaceOfAMisspeltKind", document(std::string(kOurs) + "kind: Worspace", "{owner: a}")},
        Case{"WorkspaceWithoutKind", document(kOurs, "{owner: a}")},
        Case{"Set", document(std::string(kOurs) + "kind: WorkspaceSet", "{owners: {}}")},
        Case{"OfAnotherProgram",
             "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec: {values: {a: 1}}\n"},
        Case{"AnotherProgramsAltogether", "services: {web: {image: x}}\nvolumes: {}\n"},
        Case{"Scalar", "default\n"}, Case{"BrokenWorkspace", "kind: Workspace\nspec: {owner: a\n"}),
    name_of);

TEST_F(BrokenDefaults, ThatCannotBeOpenedHoldWhateverTheirName) {
  if (::geteuid() == 0) {
    // Root opens everything; a file that is too large is as little read.
    write("near/site.yaml", std::string(std::size_t{2} << 20, '#'));
  } else {
    write("near/site.yaml", defaults("ttl: 8h"));
    std::filesystem::permissions(tree.path("specs/near/site.yaml"), std::filesystem::perms::none);
  }
  expect_held(load(), "near/site.yaml, which cannot be read and may hold WorkspaceDefaults");
}

TEST_F(BrokenDefaults, KnownFromAnEarlierReadHold) {
  write("near/site.yaml", defaults("ttl: 8h"));
  EXPECT_THAT(names(load()), ElementsAre("x", "y", "z"));
  write("near/site.yaml", std::string(std::size_t{2} << 20, '#'));
  expect_held(load(), "near/site.yaml, which cannot be read and may hold WorkspaceDefaults");
}

TEST_F(BrokenDefaults, BehindALinkThatLeadsNowhereHoldToo) {
  tree.link("specs/near/defaults.yaml", "nowhere.yaml");
  expect_held(load(), "near/defaults.yaml, which cannot be read and may hold WorkspaceDefaults");
}

TEST_F(BrokenDefaults, BehindALinkThatLeadsNoLongerAnywhereHoldWhateverItsName) {
  write("site.yaml.txt", defaults("ttl: 8h"));
  tree.link("specs/near/site.yaml", "../site.yaml.txt");
  EXPECT_EQ(text_of(named(load(), "x"), "ttl"), "8h");
  tree.remove("specs/site.yaml.txt");
  for (int load_number = 0; load_number < 2; ++load_number)
    expect_held(load(), "near/site.yaml, which cannot be read and may hold WorkspaceDefaults");
  tree.remove("specs/near/site.yaml");
  EXPECT_EQ(text_of(named(load(), "x"), "ttl"), "not given");
}

TEST_F(BrokenDefaults, AreNotBehindALinkThatIsNeverFollowed) {
  write("d.yaml", defaults("ttl: 8h"));
  tree.write("outside/old.yaml", workspace("old"));
  tree.link("specs/near/default.yaml", tree.path("outside/old.yaml"));
  tree.link("specs/near/dir", tree.path("outside"));
  const DesiredState state = load();
  EXPECT_THAT(names(state), ElementsAre("x", "y", "z"));
  EXPECT_THAT(said(state), HasSubstr("near/default.yaml: is a symbolic link that leaves"));
}

TEST_F(BrokenDefaults, BehindALinkThatIsNoLongerFollowedHold) {
  write("site.yaml.txt", defaults("ttl: 8h"));
  tree.link("specs/near/site.yaml", "../site.yaml.txt");
  EXPECT_EQ(text_of(named(load(), "x"), "ttl"), "8h");
  tree.write("outside.yaml", defaults("ttl: 1h"));
  tree.swap_link("specs/near/site.yaml", tree.path("outside.yaml"));
  for (int load_number = 0; load_number < 2; ++load_number)
    expect_held(load(), "near/site.yaml, which cannot be read and may hold WorkspaceDefaults");
}

TEST_F(BrokenDefaults, ThatLastAreTheSameObjectsSoThatNothingIsLaidAnew) {
  Tree link;
  link.problems.push_back({.shown = "near/defaults.yaml", .message = "leads nowhere", .remedy = {}});
  DefaultsFiles files;
  const DefaultsChain chain = files.gather({link}, {}, {}).chain_of("near");
  EXPECT_THAT(chain, SizeIs(1));
  EXPECT_EQ(files.gather({link}, {}, {}).chain_of("near"), chain);
  EXPECT_THAT(files.gather({}, {}, {}).chain_of("near"), IsEmpty());
}

TEST_F(BrokenDefaults, ALinkThatComesAndGoesIsToldWhileItLeadsNowhere) {
  load();
  tree.link("specs/beside/gone.yaml", "nowhere.yaml");
  for (int load_number = 0; load_number < 2; ++load_number)
    EXPECT_THAT(said(load()), HasSubstr("beside/gone.yaml: is a symbolic link whose target does not exist"));
  tree.remove("specs/beside/gone.yaml");
  EXPECT_EQ(said(load()), "");
}

TEST_F(BrokenDefaults, EmptiedHoldUntilTheyAreWrittenAgainOrTheFileIsGone) {
  write("near/site.yaml", defaults("ttl: 8h"));
  load();
  for (const char* blank : {"", " \n\n"}) {
    write("near/site.yaml", blank);
    const DesiredState state = load();
    expect_held(state, "near/site.yaml, which cannot be read and may hold WorkspaceDefaults");
    EXPECT_THAT(said(state), HasSubstr("near/site.yaml: is empty, and held WorkspaceDefaults when it was "
                                       "read last (write them again, or remove the file"));
  }
  expect_held(load(), "near/site.yaml, which cannot be read and may hold WorkspaceDefaults");
  write("near/site.yaml", "# nothing any more\n");
  EXPECT_THAT(names(load()), ElementsAre("x", "y", "z"));
  write("near/site.yaml", defaults("ttl: 8h"));
  load();
  write("near/site.yaml", "");
  load();
  tree.remove("specs/near/site.yaml");
  EXPECT_THAT(names(load()), ElementsAre("x", "y", "z"));
}

TEST_F(BrokenDefaults, EmptyFromTheStartAreNone) {
  write("near/site.yaml", "");
  const DesiredState state = load();
  EXPECT_EQ(said(state), "");
  EXPECT_THAT(names(state), ElementsAre("x", "y", "z"));
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

TEST_F(BrokenDefaults, FilesThatWereSeenToHaveNoneHoldNobodyOnceTheyCannotBeRead) {
  write("near/other.yaml", workspace("o"));
  load();
  write("near/other.yaml", std::string(std::size_t{2} << 20, '#'));
  EXPECT_THAT(names(load()), ElementsAre("x", "y", "z"));
}

TEST_F(BrokenDefaults, LinkedIntoSeveralDirectoriesCountInEach) {
  write("common.yaml.txt", defaults("ttl: 8h"));
  tree.link("specs/near/d.yaml", "../common.yaml.txt");
  tree.link("specs/beside/d.yaml", "../common.yaml.txt");
  const DesiredState state = load();
  EXPECT_EQ(said(state), "");
  EXPECT_EQ(text_of(named(state, "x"), "ttl"), "8h");
  EXPECT_EQ(text_of(named(state, "z"), "ttl"), "8h");
}

TEST_F(BrokenDefaults, ASetWhoseDocumentTellsNothingAnyMoreIsInDoubtByItsFile) {
  write("near/s.yaml", set("dev") + set("test"));
  EXPECT_THAT(load().sets, SizeIs(2));
  write("near/s.yaml", "---\nkind: WorkspaceSet\nmetadata: {name: d\n" + set("test"));
  DesiredState state = load();
  EXPECT_THAT(state.sets, SizeIs(1));
  EXPECT_THAT(state.rejected_sets, ElementsAre("dev"));
  write("near/s.yaml", std::string(std::size_t{2} << 20, '#'));
  state = load();
  EXPECT_THAT(state.rejected_sets, ElementsAre("dev", "test"));
  write("near/s.yaml", set("test"));
  state = load();
  EXPECT_THAT(state.sets, SizeIs(1));
  EXPECT_THAT(state.rejected_sets, IsEmpty());
}

TEST_F(BrokenDefaults, ASetOfAMisspeltVersionOrInARefusedListTellsItsName) {
  for (const std::string text :
       {"apiVersion: codr-reconciler/v1\nkind: WorkspaceSet\nmetadata: {name: dev}\nspec: {}\n",
        "apiVersion: v1\nkind: WorkspaceSet\nmetadata: {name: dev}\nspec: {}\n",
        "apiVersion: coder-reconciler/v1\nkind: WorkspaceSets\nmetadata: {name: dev}\nspec: {}\n",
        "{apiVersion: v2, kind: List, items: [{kind: WorkspaceSet, metadata: {name: dev}}]}\n"}) {
    write("near/s.yaml", text);
    EXPECT_THAT(load().rejected_sets, ElementsAre("dev")) << text;
  }
}

}  // namespace
}  // namespace cr::specs
