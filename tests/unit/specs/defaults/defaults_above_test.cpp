// Whoever gives a part of a checkout gets it as the whole of it would have it.

#include <unistd.h>

#include <filesystem>

#include "defaults/defaults_fixture.h"

namespace cr::specs {
namespace {

struct DefaultsAbove : DefaultsTreeTest {
  DefaultsAbove() {
    tree.write(".git/HEAD", "ref: refs/heads/main\n");
    write("d.yaml", defaults("ttl: 8h, favorite: true"));
    write("team/d.yaml", defaults("ttl: 4h"));
    write("team/sub/w.yaml", workspace("x"));
  }

  DesiredState of(const std::vector<std::string>& paths) {
    std::vector<std::string> full;
    for (const std::string& path : paths) full.push_back(tree.path(path));
    SpecSource some(full);
    return specs::load(some);
  }
  static std::string document(const std::string& kind) {
    return "apiVersion: coder-reconciler/v1\nkind: " + kind +
           "\nmetadata: {name: d}\nspec: {values: {ttl: 8h}}\n";
  }
  [[nodiscard]] std::string from(const DesiredState& state, std::string_view field) const {
    const DefaultedField* one = default_of(named(state, "x"), field);
    return one ? one->shown->substr(tree.path().size() + 1) : "none";
  }
};

TEST_F(DefaultsAbove, AGivenDirectoryOrFileCountAsFarUpAsTheCheckoutGoes) {
  tree.write("top.yaml", defaults("dormant: false"));
  const DesiredState whole = of({""});
  for (const char* path :
       {"specs", "specs/team", "specs/team/sub", "specs/team/sub/w.yaml", "specs/team/../team"}) {
    const DesiredState state = of({path});
    EXPECT_EQ(said(state), "") << path;
    EXPECT_EQ(text_of(named(state, "x"), "ttl"), "4h") << path;
    EXPECT_EQ(text_of(named(state, "x"), "favorite"), "true") << path;
    EXPECT_EQ(text_of(named(state, "x"), "dormant"), "false") << path;
    EXPECT_EQ(named(state, "x").fields, named(whole, "x").fields) << path;
  }
  EXPECT_EQ(from(of({"specs/team/sub"}), "ttl"), "specs/team/d.yaml:6");
  EXPECT_EQ(from(of({"specs/team/sub"}), "dormant"), "top.yaml:6");
}

TEST_F(DefaultsAbove, CountAsTheyAreWrittenFromWhereOneStands) {
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(tree.path("specs/team/sub"));
  SpecSource here({"."}), file({"w.yaml"}), up({"../sub"});
  EXPECT_EQ(*default_of(named(specs::load(here), "x"), "ttl")->shown, "../d.yaml:6");
  EXPECT_EQ(*default_of(named(specs::load(file), "x"), "favorite")->shown, "../../d.yaml:6");
  EXPECT_EQ(*default_of(named(specs::load(up), "x"), "ttl")->shown, "../d.yaml:6");
  std::filesystem::current_path(before);
}

TEST_F(DefaultsAbove, BesideAFileCountForItAlone) {
  write("team/sub/d.yaml", defaults("ttl: 2h"));
  write("team/sub/other.yaml", workspace("other"));
  const DesiredState state = of({"specs/team/sub/w.yaml"});
  EXPECT_THAT(names(state), ElementsAre("x"));
  EXPECT_EQ(text_of(named(state, "x"), "ttl"), "2h");
}

TEST_F(DefaultsAbove, AreOneHoweverOftenTheyAreGiven) {
  const std::string beside = "specs/team/./d.yaml";
  for (const std::vector<std::string>& paths : {std::vector<std::string>{"specs/team/sub", "specs"},
                                                {"specs", "specs/team/sub"},
                                                {beside, "specs/team/sub/w.yaml"},
                                                {"specs/team/sub/w.yaml", beside, "specs/d.yaml"}}) {
    const DesiredState state = of(paths);
    EXPECT_EQ(said(state), "");
    EXPECT_EQ(text_of(named(state, "x"), "ttl"), "4h");
  }
}

TEST_F(DefaultsAbove, WithoutACheckoutAreNobodys) {
  tree.remove(".git");
  EXPECT_EQ(text_of(named(of({"specs/team/sub"}), "x"), "ttl"), "not given");
  EXPECT_EQ(text_of(named(of({"specs/team/sub/w.yaml"}), "x"), "ttl"), "not given");
}

TEST_F(DefaultsAbove, TheCheckoutItselfAreNobodys) {
  tree.write("specs/team/.git", "gitdir: elsewhere\n");
  const DesiredState state = of({"specs/team/sub"});
  EXPECT_EQ(text_of(named(state, "x"), "ttl"), "4h");
  EXPECT_EQ(text_of(named(state, "x"), "favorite"), "not given");
}

TEST_F(DefaultsAbove, BehindGitSyncsLinkCountToo) {
  const std::string commit(40, 'a');
  tree.remove(".git");
  tree.write(".worktrees/" + commit + "/specs/d.yaml", defaults("ttl: 7h"));
  tree.write(".worktrees/" + commit + "/specs/prod/w.yaml", workspace("x"));
  tree.write(".worktrees/d.yaml", defaults("dormant: true"));
  tree.link("current", ".worktrees/" + commit);
  tree.link("prod", "current/specs/prod");
  const DesiredState state = of({"current/specs/prod"});
  EXPECT_EQ(text_of(named(state, "x"), "ttl"), "7h");
  EXPECT_EQ(from(state, "ttl"), "current/specs/d.yaml:6");
  EXPECT_EQ(text_of(named(state, "x"), "dormant"), "not given");
  EXPECT_EQ(text_of(named(of({"prod"}), "x"), "ttl"), "7h")
      << "where the link leads, and not where it stands";
}

TEST_F(DefaultsAbove, ThatAreInvalidHoldAndSayWhy) {
  write("d.yaml", defaults("ttl: 8"));
  const DesiredState state = of({"specs/team/sub"});
  EXPECT_THAT(state.specs, IsEmpty());
  EXPECT_THAT(said(state), HasSubstr("d.yaml:6:17: spec.values.ttl: "));
  EXPECT_THAT(said(state), HasSubstr("depends on the invalid WorkspaceDefaults at "));
}

TEST_F(DefaultsAbove, ThatCannotBeReadHoldByTheirName) {
  write("defaults.yaml", std::string(std::size_t{2} << 20, '#'));
  const DesiredState state = of({"specs/team/sub"});
  EXPECT_THAT(state.specs, IsEmpty());
  EXPECT_THAT(said(state), HasSubstr("defaults.yaml, which cannot be read and may hold WorkspaceDefaults"));
}

TEST_F(DefaultsAbove, OfAMisspeltKindHoldAndSayWhy) {
  for (const std::string kind : {"WorkspaceDefault", "workspacedefaults", "WORKSPACEDEFAULTS"}) {
    write("d.yaml", document(kind));
    const DesiredState state = of({"specs/team/sub"});
    EXPECT_THAT(state.specs, IsEmpty()) << kind;
    EXPECT_THAT(said(state), HasSubstr("unknown kind \"" + kind + "\""));
    EXPECT_THAT(said(state), HasSubstr("which is invalid and may be WorkspaceDefaults"));
  }
}

TEST_F(DefaultsAbove, OfAKindThatIsKnownFromAnEarlierReadAloneHoldToo) {
  write("d.yaml", document("Defaults"));
  EXPECT_THAT(names(of({"specs/team/sub"})), ElementsAre("x")) << "another program's, for all that is known";
  write("d.yaml", defaults("ttl: 8h"));
  SpecSource part({tree.path("specs/team/sub")});
  EXPECT_THAT(names(specs::load(part)), ElementsAre("x"));
  write("d.yaml", document("Defaults"));
  for (int load_number = 0; load_number < 2; ++load_number) EXPECT_THAT(specs::load(part).specs, IsEmpty());
  tree.remove("specs/d.yaml");
  EXPECT_THAT(names(specs::load(part)), ElementsAre("x"));
}

TEST_F(DefaultsAbove, BehindALinkThatLeadsNowhereHoldByTheirName) {
  tree.link("specs/defaults.yaml", "nowhere.yaml");
  const DesiredState state = of({"specs/team/sub", "specs/team/sub/w.yaml"});
  EXPECT_THAT(state.specs, IsEmpty());
  EXPECT_THAT(said(state), HasSubstr("defaults.yaml: is a symbolic link whose target does not exist"));
  EXPECT_THAT(said(state), HasSubstr("defaults.yaml, which cannot be read and may hold WorkspaceDefaults"));
  EXPECT_THAT(state.diagnostics, SizeIs(2)) << "once, and what depends on it";
}

TEST_F(DefaultsAbove, BehindALinkThatLeadsNoLongerToThemHoldWhateverItsName) {
  tree.write("site.yaml.txt", defaults("dormant: false"));
  tree.write("../outside.yaml", defaults("dormant: true"));
  for (const bool leaves : {false, true}) {
    SpecSource part({tree.path("specs/team/sub")});
    tree.link("specs/site.yaml", "../site.yaml.txt");
    EXPECT_EQ(text_of(named(specs::load(part), "x"), "dormant"), "false");
    tree.swap_link("specs/site.yaml", leaves ? tree.path("../outside.yaml") : "nowhere.yaml");
    for (int load_number = 0; load_number < 2; ++load_number) {
      const DesiredState state = specs::load(part);
      EXPECT_THAT(state.specs, IsEmpty());
      EXPECT_THAT(said(state), HasSubstr("site.yaml: is a symbolic link"));
    }
    tree.remove("specs/site.yaml");
    EXPECT_EQ(text_of(named(specs::load(part), "x"), "dormant"), "not given");
  }
}

TEST_F(DefaultsAbove, OfWhatElseStandsThereNothingIsSaid) {
  write("bad.yaml", "kind: Workspace\nspec: {");
  write("other.yaml", workspace("elsewhere"));
  tree.write("compose.yaml", "services: {{ .Values }}\nvalues: 1\n");
  tree.write("openapi.yaml", std::string(std::size_t{2} << 20, '#'));
  tree.link("specs/gone.yaml", "nowhere.yaml");
  tree.link("specs/default.yaml", "/etc/passwd");
  write("unused.yaml", defaults("ttl: 1h", "team=nobody"));
  const DesiredState state = of({"specs/team/sub"});
  EXPECT_EQ(said(state), "");
  EXPECT_THAT(names(state), ElementsAre("x"));
  EXPECT_THAT(state.defaults, IsEmpty()) << "they may be for what is not read";
}

TEST_F(DefaultsAbove, ThatChangeAreReadAgain) {
  SpecSource part({tree.path("specs/team/sub")});
  EXPECT_EQ(text_of(named(specs::load(part), "x"), "ttl"), "4h");
  write("team/d.yaml", defaults("ttl: 90m"));
  EXPECT_EQ(text_of(named(specs::load(part), "x"), "ttl"), "1h30m");
  tree.remove("specs/team/d.yaml");
  EXPECT_EQ(text_of(named(specs::load(part), "x"), "ttl"), "8h");
  write("new.yaml", defaults("dormant: false"));
  EXPECT_EQ(text_of(named(specs::load(part), "x"), "dormant"), "false");
}

}  // namespace
}  // namespace cr::specs
