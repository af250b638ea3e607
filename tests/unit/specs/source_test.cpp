#include "specs/source.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "temp_tree.h"

namespace cr::specs {
namespace {

using cr::testing::TempTree;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string kRevision1 = "1111111111111111111111111111111111111111";
const std::string kRevision2 = "2222222222222222222222222222222222222222";

std::string document(std::string_view name, std::string_view ttl = "8h") {
  return "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {name: " + std::string(name) +
         "}\nspec: {owner: a, template: t, ttl: " + std::string(ttl) + "}\n";
}

std::vector<std::string> names(const DesiredState& state) {
  std::vector<std::string> result;
  for (const SpecPtr& spec : state.specs) result.push_back(spec->name);
  return result;
}

DesiredState load(SpecSource& source) {
  auto state = source.load();
  if (!state) {
    ADD_FAILURE() << state.error().message();
    return {};
  }
  return std::move(*state);
}

std::vector<std::string> names_below(const std::string& path) {
  SpecSource source({path});
  return names(load(source));
}

std::string error_for(std::vector<std::string> paths) {
  SpecSource source(std::move(paths));
  const auto state = source.load();
  EXPECT_FALSE(state);
  return state ? std::string{} : state.error().message();
}

TEST(SpecSource, ReadsSpecFilesBelowADirectory) {
  const TempTree tree;
  tree.write("a.yaml", document("a"));
  tree.write("teams/b.yml", document("b"));
  tree.write("teams/deep/er/c.yaml", document("c"));
  tree.write("README.md", "not a spec");
  tree.write("x.yaml.bak", "not a spec");
  tree.write(".hidden.yaml", document("hidden"));
  tree.write(".git/config.yaml", document("hidden2"));
  SpecSource source({tree.path()});
  const DesiredState state = load(source);
  EXPECT_THAT(names(state), ElementsAre("a", "b", "c"));
  EXPECT_EQ(state.files, 3U);
  EXPECT_THAT(state.diagnostics, IsEmpty());
  EXPECT_EQ(state.revision, "");
}

TEST(SpecSource, ReadsFilesOfAnyNameWhereTheyAreGiven) {
  const TempTree tree;
  tree.write("specs.txt", document("a"));
  EXPECT_THAT(names_below(tree.path("specs.txt")), ElementsAre("a"));
}

TEST(SpecSource, NamesFilesAsTheyWereGiven) {
  const TempTree tree;
  tree.write("real/teams/a.yaml", document("a", "90s"));
  tree.link("current", "real");
  SpecSource source({tree.path("current")});
  const DesiredState state = load(source);
  ASSERT_THAT(state.diagnostics, SizeIs(1));
  EXPECT_EQ(state.diagnostics[0].where.path(), tree.path("current/teams/a.yaml"));
  EXPECT_EQ(state.invalid_documents, 1U);
}

TEST(SpecSource, AnEmptyDirectoryDeclaresNothing) {
  const TempTree tree;
  EXPECT_THAT(names_below(tree.path()), IsEmpty());
}

TEST(SpecSource, AMissingDirectoryIsNoDesiredState) {
  const TempTree tree;
  EXPECT_THAT(error_for({tree.path("nowhere")}),
              HasSubstr(tree.path("nowhere") + ": No such file or directory"));
}

TEST(SpecSource, OneMissingPathOfSeveralIsNoDesiredState) {
  const TempTree tree;
  tree.write("a/a.yaml", document("a"));
  EXPECT_THAT(error_for({tree.path("a"), tree.path("b")}), HasSubstr(tree.path("b")));
}

/// Gives up root's right to read everything while it lives; does nothing for anybody else.
class OrdinaryUser {
 public:
  OrdinaryUser() : saved_(::geteuid()) {
    constexpr uid_t kNobody = 65534;
    if (saved_ == 0 && ::seteuid(kNobody) != 0) ADD_FAILURE() << "can't become another user";
  }
  ~OrdinaryUser() {
    if (::seteuid(saved_) != 0) ADD_FAILURE() << "can't come back";
  }
  OrdinaryUser(const OrdinaryUser&) = delete;
  OrdinaryUser& operator=(const OrdinaryUser&) = delete;

 private:
  uid_t saved_;
};

TEST(SpecSource, WhatMayNotBeReadIsNoDesiredState) {
  const TempTree tree;
  ::chmod(tree.path().c_str(), 0755);
  tree.write("a.yaml", document("a"));
  tree.write("secret/b.yaml", document("b"));
  ::chmod(tree.path("secret/b.yaml").c_str(), 0);
  {
    const OrdinaryUser user;
    EXPECT_THAT(error_for({tree.path()}), HasSubstr("secret/b.yaml: Permission denied"));
  }
  ::chmod(tree.path("secret").c_str(), 0);
  {
    const OrdinaryUser user;
    EXPECT_THAT(error_for({tree.path()}), HasSubstr("secret: Permission denied"));
  }
  ::chmod(tree.path("secret").c_str(), 0700);
}

TEST(SpecSource, ADirectoryThatGoesAwayIsAnErrorUntilItIsBack) {
  const TempTree tree;
  tree.write("specs/a.yaml", document("a"));
  SpecSource source({tree.path("specs")});
  EXPECT_THAT(names(load(source)), ElementsAre("a"));
  tree.remove("specs");
  EXPECT_FALSE(source.load());
  tree.write("specs/a.yaml", document("a"));
  EXPECT_THAT(names(load(source)), ElementsAre("a"));
}

TEST(SpecSource, OneBadFileHarmsNoOther) {
  const TempTree tree;
  tree.write("a.yaml", document("a"));
  tree.write("b.yaml", "{");
  tree.write("c.yaml", std::string((1U << 20) + 1, '#'));
  SpecSource source({tree.path()});
  const DesiredState state = load(source);
  EXPECT_THAT(names(state), ElementsAre("a"));
  EXPECT_THAT(state.diagnostics, SizeIs(2));
  EXPECT_EQ(state.invalid_documents, 2U);
  EXPECT_EQ(state.diagnostics[1].kind, DiagnosticKind::limit);
}

TEST(SpecSource, DuplicatesAcrossFilesNameEachOther) {
  const TempTree tree;
  tree.write("a.yaml", document("web"));
  tree.write("b.yaml", document("Web"));
  SpecSource source({tree.path()});
  const DesiredState state = load(source);
  EXPECT_THAT(state.specs, IsEmpty());
  EXPECT_EQ(state.duplicate_documents, 2U);
  EXPECT_THAT(state.diagnostics.at(0).message, HasSubstr(tree.path("b.yaml") + ":1:1"));
  EXPECT_THAT(state.diagnostics.at(1).message, HasSubstr(tree.path("a.yaml") + ":1:1"));
}

// ---- what is not read or parsed again

TEST(SpecSource, ParsesOnlyWhatChanged) {
  const TempTree tree;
  for (const char* name : {"a", "b", "c"}) tree.write(std::string(name) + ".yaml", document(name));
  SpecSource source({tree.path()});
  EXPECT_THAT(names(load(source)), ElementsAre("a", "b", "c"));
  EXPECT_EQ(source.parsed_files(), 3U);
  load(source);
  EXPECT_EQ(source.parsed_files(), 0U);
  tree.write("b.yaml", document("b2"));
  EXPECT_THAT(names(load(source)), ElementsAre("a", "b2", "c"));
  EXPECT_EQ(source.parsed_files(), 1U);
  tree.remove("a.yaml");
  EXPECT_THAT(names(load(source)), ElementsAre("b2", "c"));
  EXPECT_EQ(source.parsed_files(), 0U);
}

TEST(SpecSource, RewritingTheSameTextIsNoChange) {
  const TempTree tree;
  tree.write("a.yaml", document("a"));
  SpecSource source({tree.path()});
  const DesiredState first = load(source);
  tree.remove("a.yaml");
  tree.write("a.yaml", document("a"));
  const DesiredState second = load(source);
  EXPECT_EQ(source.parsed_files(), 0U);
  EXPECT_EQ(first.specs.at(0), second.specs.at(0)) << "the same object, not only an equal one";
}

TEST(SpecSource, FilesAtRestAreNotEvenOpened) {
  const TempTree tree;
  tree.write("a.yaml", document("a"));
  tree.write("b.yaml", document("b"));
  SpecSource source({tree.path()}, [] { return std::chrono::system_clock::now() + 1h; });
  std::vector<std::string> opened;
  source.before_reading([&](const std::string& file) { opened.push_back(file); });
  load(source);
  EXPECT_THAT(opened, SizeIs(2));
  opened.clear();
  EXPECT_THAT(names(load(source)), ElementsAre("a", "b"));
  EXPECT_THAT(opened, IsEmpty());
  tree.write("b.yaml", document("b", "90m"));
  load(source);
  EXPECT_THAT(opened, ElementsAre(tree.path("b.yaml")));
}

TEST(SpecSource, AChangeWithinOneTickOfTheFileSystemsClockIsSeen) {
  const TempTree tree;
  tree.write("a.yaml", document("a", "1h"));
  // Both writes may bear the same time, and they have the same size: only their content tells them apart.
  SpecSource source({tree.path()});
  load(source);
  const int fd = ::open(tree.path("a.yaml").c_str(), O_WRONLY);
  const std::string text = document("a", "2h");
  ASSERT_EQ(::write(fd, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  ::close(fd);
  EXPECT_EQ(std::get<Ttl>(load(source).specs.at(0)->ttl), 2h);
}

TEST(SpecSource, FixingAFileClearsItsErrors) {
  const TempTree tree;
  tree.write("a.yaml", document("a", "90s"));
  SpecSource source({tree.path()});
  EXPECT_THAT(load(source).diagnostics, SizeIs(1));
  EXPECT_THAT(load(source).diagnostics, SizeIs(1)) << "errors of unchanged files stay";
  EXPECT_EQ(source.parsed_files(), 0U);
  tree.write("a.yaml", document("a", "2m"));
  EXPECT_THAT(load(source).diagnostics, IsEmpty());
}

// ---- links

TEST(SpecSource, FollowsGitSyncsLinkAndTellsItsCommit) {
  const TempTree tree;
  tree.write(".worktrees/" + kRevision1 + "/specs/a.yaml", document("a"));
  tree.write(".worktrees/" + kRevision2 + "/specs/b.yaml", document("b"));
  tree.link("current", ".worktrees/" + kRevision1);
  SpecSource source({tree.path("current/specs")});
  DesiredState state = load(source);
  EXPECT_THAT(names(state), ElementsAre("a"));
  EXPECT_EQ(state.revision, kRevision1);
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
  EXPECT_EQ(std::get<Ttl>(load(source).specs.at(1)->ttl), 2h);
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
  for (const SpecPtr& spec : state.specs) EXPECT_EQ(std::get<Ttl>(spec->ttl), 2h);
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
  EXPECT_THAT(state.error().message(), HasSubstr("the files changed while they were read (tried 5 times)"));
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
  for (const SpecPtr& spec : state.specs) EXPECT_EQ(std::get<Ttl>(spec->ttl), 2h);
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
  EXPECT_THAT(render(state.diagnostics[0]), HasSubstr("loop.yaml: is a link in a circle"));
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
    EXPECT_THAT(render(d), HasSubstr("is a link that leaves"));
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
  EXPECT_THAT(render(state.diagnostics[0]), HasSubstr("gone.yaml: is a link to nothing"));
  EXPECT_THAT(render(state.diagnostics[1]), HasSubstr("pipe.yaml: is no regular file"));
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

// ---- limits and standard input

TEST(SpecSource, DirectoriesNestedWithoutEndAreRefused) {
  const TempTree tree;
  std::string deep = "d";
  for (int i = 0; i < 70; ++i) deep += "/d";
  tree.directory(deep);
  EXPECT_THAT(error_for({tree.path()}), HasSubstr("directories are nested deeper than 64 levels"));
}

TEST(SpecSource, MoreBytesThanAnyoneDeclaresAreRefused) {
  const TempTree tree;
  // Sparse files: large for the count, and never read since they are beyond the limit of one file.
  for (int i = 0; i < 3; ++i) {
    const std::string name = "f" + std::to_string(i) + ".yaml";
    tree.write(name, "");
    ASSERT_EQ(::truncate(tree.path(name).c_str(), 100 << 20), 0);
  }
  EXPECT_THAT(error_for({tree.path()}), HasSubstr("the files have more than 256 MiB in all"));
}

TEST(SpecSource, ErrorsBeyondCountingAreKeptShort) {
  const TempTree tree;
  std::string text;
  for (int i = 0; i < 5'000; ++i) text += "---\nx: 1\ny: 2\nz: 3\n";
  tree.write("a.yaml", text);
  tree.write("b.yaml", text);
  SpecSource source({tree.path()});
  const DesiredState state = load(source);
  EXPECT_EQ(state.invalid_documents, 10'000U) << "each is still reported";
  EXPECT_LT(state.diagnostics.size(), 20'000U);
}

/// Puts a text on standard input while it lives.
class StandardInput {
 public:
  StandardInput(const TempTree& tree, std::string_view text) : saved_(::dup(STDIN_FILENO)) {
    tree.write(".stdin", text);
    const int fd = ::open(tree.path(".stdin").c_str(), O_RDONLY);
    ::dup2(fd, STDIN_FILENO);
    ::close(fd);
  }
  ~StandardInput() {
    ::dup2(saved_, STDIN_FILENO);
    ::close(saved_);
  }
  StandardInput(const StandardInput&) = delete;
  StandardInput& operator=(const StandardInput&) = delete;

 private:
  int saved_;
};

TEST(SpecSource, ReadsStandardInputOnceAndRemembersIt) {
  const TempTree tree;
  const StandardInput input(tree, document("a") + "---\n" + document("b", "90s"));
  tree.write("c.yaml", document("c"));
  SpecSource source({"-", tree.path()});
  DesiredState state = load(source);
  EXPECT_THAT(names(state), ElementsAre("a", "c"));
  EXPECT_EQ(state.files, 2U);
  ASSERT_THAT(state.diagnostics, SizeIs(1));
  EXPECT_THAT(render(state.diagnostics[0]), HasSubstr("<stdin>:9:36: spec.ttl: "));
  state = load(source);
  EXPECT_THAT(names(state), ElementsAre("a", "c"));
  EXPECT_EQ(source.parsed_files(), 0U);
}

TEST(SpecSource, StandardInputMayBeLargerThanAFile) {
  const TempTree tree;
  std::string text = document("a");
  text.append((2U << 20), '#');
  const StandardInput input(tree, text);
  EXPECT_THAT(names_below("-"), ElementsAre("a"));
}

}  // namespace
}  // namespace cr::specs
