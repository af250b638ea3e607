#include <gtest/gtest.h>
#include <sys/stat.h>

#include "source_fixture.h"

namespace cr::specs {
namespace {

const std::string kRevision1 = "1111111111111111111111111111111111111111";
const std::string kRevision2 = "2222222222222222222222222222222222222222";

TEST(SpecSource, FollowsGitSyncsLinkAndTellsItsCommit) {
  const TempTree tree;
  tree.write(".worktrees/" + kRevision1 + "/specs/a.yaml", document("a"));
  tree.write(".worktrees/" + kRevision2 + "/specs/b.yaml", document("b"));
  tree.link("current", ".worktrees/" + kRevision1);
  SpecSource source({tree.path("current/specs")});
  DesiredState state = load(source);
  EXPECT_THAT(names(state), ElementsAre("a"));
  EXPECT_EQ(state.revision, kRevision1);
  EXPECT_EQ(source.checkouts(), (std::vector<CheckedOut>{{tree.path("current"), "", kRevision1}}));
  tree.swap_link("current", ".worktrees/" + kRevision2);
  state = load(source);
  EXPECT_THAT(names(state), ElementsAre("b"));
  EXPECT_EQ(state.revision, kRevision2);
}

TEST(SpecSource, AnUnchangedFileOfANewCommitIsNotParsedAgain) {
  const TempTree tree;
  for (const std::string& revision : {kRevision1, kRevision2}) {
    tree.write(".worktrees/" + revision + "/a.yaml", document("a"));
    tree.write(".worktrees/" + revision + "/b.yaml", document("b", revision == kRevision1 ? "1h" : "2h"));
  }
  tree.link("current", ".worktrees/" + kRevision1);
  SpecSource source({tree.path("current")});
  load(source);
  tree.swap_link("current", ".worktrees/" + kRevision2);
  EXPECT_EQ(*load(source).specs[1]->fields.get<Ttl>("ttl"), 2h);
  EXPECT_EQ(source.parsed_files(), 1U);
}

TEST(SpecSource, ALinkSwappedInMidReadIsReadAgainNeverHalfOfEach) {
  const TempTree tree;
  for (const char* name : {"a", "b", "c"}) {
    tree.write(".worktrees/" + kRevision1 + "/" + name + ".yaml", document(name, "1h"));
    tree.write(".worktrees/" + kRevision2 + "/" + name + ".yaml", document(name, "2h"));
  }
  tree.link("current", ".worktrees/" + kRevision1);
  SpecSource source({tree.path("current")});
  source.before_reading([&, reads = 0](const std::string&) mutable {
    if (++reads == 2) tree.swap_link("current", ".worktrees/" + kRevision2);
  });
  const DesiredState state = load(source);
  ASSERT_THAT(state.specs, SizeIs(3));
  for (const SpecPtr& spec : state.specs) EXPECT_EQ(*spec->fields.get<Ttl>("ttl"), 2h);
  EXPECT_EQ(state.revision, kRevision2);
}

TEST(SpecSource, AWorktreeRemovedInMidReadIsReadAgain) {
  const TempTree tree;
  for (const std::string& revision : {kRevision1, kRevision2})
    for (const char* name : {"a", "b"})
      tree.write(".worktrees/" + revision + "/" + name + ".yaml", document(name));
  tree.link("current", ".worktrees/" + kRevision1);
  SpecSource source({tree.path("current")});
  source.before_reading([&, reads = 0](const std::string&) mutable {
    if (++reads != 2) return;
    tree.swap_link("current", ".worktrees/" + kRevision2);
    tree.remove(".worktrees/" + kRevision1);
  });
  const DesiredState state = load(source);
  EXPECT_THAT(names(state), ElementsAre("a", "b"));
  EXPECT_EQ(state.revision, kRevision2);
}

TEST(SpecSource, ALinkThatNeverRestsIsNoDesiredState) {
  const TempTree tree;
  for (const std::string& revision : {kRevision1, kRevision2})
    tree.write(".worktrees/" + revision + "/a.yaml", document("a"));
  tree.link("current", ".worktrees/" + kRevision1);
  SpecSource source({tree.path("current")});
  source.before_reading([&, reads = 0](const std::string&) mutable {
    tree.swap_link("current", ".worktrees/" + (++reads % 2 == 1 ? kRevision2 : kRevision1));
  });
  const auto state = source.load();
  ASSERT_FALSE(state);
  EXPECT_THAT(state.error().message(),
              HasSubstr("the files changed while they were being read (tried 5 times)"));
  source.before_reading({});
  EXPECT_THAT(names(load(source)), ElementsAre("a"));
}

TEST(SpecSource, AFileAddedInMidReadIsReadToo) {
  const TempTree tree;
  tree.write("a.yaml", document("a"));
  SpecSource source({tree.path()});
  source.before_reading([&, reads = 0](const std::string&) mutable {
    if (++reads == 1) tree.write("0.yaml", document("early"));
  });
  EXPECT_THAT(names(load(source)), ElementsAre("a", "early"));
}

TEST(SpecSource, ReadsAConfigMapMount) {
  const TempTree tree;
  tree.write("..2026_01_01_1/a.yaml", document("a", "1h"));
  tree.write("..2026_01_01_1/b.yaml", document("b", "1h"));
  tree.link("..data", "..2026_01_01_1");
  tree.link("a.yaml", "..data/a.yaml");
  tree.link("b.yaml", "..data/b.yaml");
  SpecSource source({tree.path()});
  EXPECT_THAT(names(load(source)), ElementsAre("a", "b"));
  EXPECT_EQ(source.parsed_files(), 2U);

  tree.write("..2026_01_02_2/a.yaml", document("a", "2h"));
  tree.write("..2026_01_02_2/b.yaml", document("b", "2h"));
  source.before_reading([&, reads = 0](const std::string&) mutable {
    if (++reads == 2) tree.swap_link("..data", "..2026_01_02_2");
  });
  const DesiredState state = load(source);
  ASSERT_THAT(state.specs, SizeIs(2));
  for (const SpecPtr& spec : state.specs) EXPECT_EQ(*spec->fields.get<Ttl>("ttl"), 2h);
}

TEST(SpecSource, LinksInACircleEnd) {
  const TempTree tree;
  tree.write("a/a.yaml", document("a"));
  tree.link("a/up", "..");
  tree.link("a/self", ".");
  tree.link("loop.yaml", "loop.yaml");
  SpecSource source({tree.path()});
  const DesiredState state = load(source);
  EXPECT_THAT(names(state), ElementsAre("a"));
  ASSERT_THAT(state.diagnostics, SizeIs(1));
  EXPECT_THAT(render(state.diagnostics[0]),
              HasSubstr("loop.yaml: is a symbolic link that points back to itself"));
}

TEST(SpecSource, AFileReachedTwiceIsReadOnce) {
  const TempTree tree;
  tree.write("a.yaml", document("a"));
  tree.write("sub/b.yaml", document("b"));
  tree.link("again.yaml", "a.yaml");
  tree.link("sub2", "sub");
  SpecSource source({tree.path(), tree.path("sub"), tree.path("a.yaml")});
  const DesiredState state = load(source);
  EXPECT_THAT(names(state), ElementsAre("a", "b"));
  EXPECT_THAT(state.diagnostics, IsEmpty());
}

TEST(SpecSource, LinksOutOfTheDirectoryAreNotFollowed) {
  const TempTree tree;
  tree.write("outside/token.yaml", "very-secret-token\n");
  tree.write("outside/dir/b.yaml", document("b"));
  tree.write("specs/a.yaml", document("a"));
  tree.link("specs/token.yaml", tree.path("outside/token.yaml"));
  tree.link("specs/dir", "../outside/dir");
  SpecSource source({tree.path("specs")});
  const DesiredState state = load(source);
  EXPECT_THAT(names(state), ElementsAre("a"));
  ASSERT_THAT(state.diagnostics, SizeIs(2));
  for (const Diagnostic& d : state.diagnostics) {
    EXPECT_EQ(d.kind, DiagnosticKind::unreadable);
    EXPECT_THAT(render(d), HasSubstr("is a symbolic link that leaves"));
    EXPECT_EQ(render(d).find("secret"), std::string::npos);
  }
}

TEST(SpecSource, LinksWithinOneCheckoutAreFollowed) {
  const TempTree tree;
  tree.write(".worktrees/" + kRevision1 + "/shared/a.yaml", document("a"));
  tree.link(".worktrees/" + kRevision1 + "/specs/a.yaml", "../shared/a.yaml");
  tree.link("current", ".worktrees/" + kRevision1);
  EXPECT_THAT(names_below(tree.path("current/specs")), ElementsAre("a"));
}

TEST(SpecSource, LinksToNothingAndSpecialFilesAreReported) {
  const TempTree tree;
  tree.write("a.yaml", document("a"));
  tree.link("gone.yaml", "nowhere.yaml");
  tree.link("irrelevant", "nowhere");
  ASSERT_EQ(::mkfifo(tree.path("pipe.yaml").c_str(), 0600), 0);
  SpecSource source({tree.path()});
  const DesiredState state = load(source);
  EXPECT_THAT(names(state), ElementsAre("a"));
  ASSERT_THAT(state.diagnostics, SizeIs(2));
  EXPECT_THAT(render(state.diagnostics[0]),
              HasSubstr("gone.yaml: is a symbolic link whose target does not exist"));
  EXPECT_THAT(render(state.diagnostics[1]), HasSubstr("pipe.yaml: is not a regular file"));
}

TEST(SpecSource, RevisionOfACheckoutIsItsHead) {
  const TempTree tree;
  tree.write("repo/.git/HEAD", kRevision1 + "\n");
  tree.write("repo/specs/a.yaml", document("a"));
  tree.write("other/.git/HEAD", kRevision2 + "\n");
  tree.write("other/b.yaml", document("b"));
  SpecSource one({tree.path("repo/specs")});
  EXPECT_EQ(load(one).revision, kRevision1);
  SpecSource both({tree.path("repo/specs"), tree.path("other"), tree.path("repo/specs/a.yaml")});
  EXPECT_EQ(load(both).revision, kRevision1 + "," + kRevision2);
}

}  // namespace
}  // namespace cr::specs
