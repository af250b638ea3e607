#include "specs/source.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "source_fixture.h"

namespace cr::specs {
namespace {

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

TEST(SpecSource, AFileThatMayNotBeReadIsLeftOutAndADirectoryIsNoRead) {
  const TempTree tree;
  ::chmod(tree.path().c_str(), 0755);
  tree.write("a.yaml", document("a"));
  tree.write("secret/b.yaml", document("b"));
  ::chmod(tree.path("secret/b.yaml").c_str(), 0);
  {
    const OrdinaryUser user;
    SpecSource source({tree.path()});
    const DesiredState state = load(source);
    EXPECT_THAT(names(state), ElementsAre("a"));
    EXPECT_EQ(state.invalid_documents, 1U);
    ASSERT_THAT(state.diagnostics, SizeIs(1));
    EXPECT_THAT(render(state.diagnostics[0]), HasSubstr("secret/b.yaml: cannot be read: Permission denied"));
  }
  ::chmod(tree.path("secret").c_str(), 0);
  {
    const OrdinaryUser user;
    EXPECT_THAT(error_for({tree.path()}), HasSubstr("secret: Permission denied"));
  }
  ::chmod(tree.path("secret").c_str(), 0700);
}

TEST(SpecSource, AFileIsLeftOutWhileItCantBeReadAndBackAfterwards) {
  const TempTree tree;
  ::chmod(tree.path().c_str(), 0755);
  tree.write("a.yaml", document("a"));
  tree.write("b.yaml", document("b"));
  SpecSource source({tree.path()});
  EXPECT_THAT(names(load(source)), ElementsAre("a", "b"));
  ::chmod(tree.path("b.yaml").c_str(), 0);
  {
    const OrdinaryUser user;
    const DesiredState first = load(source);
    EXPECT_THAT(names(first), ElementsAre("a"));
    const DesiredState again = load(source);
    EXPECT_EQ(again.diagnostics, first.diagnostics);
    EXPECT_EQ(source.parsed_files(), 0U);
  }
  ::chmod(tree.path("b.yaml").c_str(), 0644);
  const DesiredState state = load(source);
  EXPECT_THAT(names(state), ElementsAre("a", "b"));
  EXPECT_THAT(state.diagnostics, IsEmpty());
}

TEST(SpecSource, TellsAFileThatIsPassedOverForItsNameAlone) {
  for (const std::string name : {"A.YAML", "a.json", "a.Yml", "a.yaml.txt"}) {
    const TempTree tree;
    tree.write("README.md", "no spec");
    tree.write(name, document("a"));
    SpecSource source({tree.path()});
    EXPECT_EQ(load(source).look_alike, tree.path(name));
    EXPECT_EQ(load(source).look_alike, tree.path(name));
  }
  const TempTree tree;
  tree.write("a.yaml", document("a"));
  SpecSource source({tree.path()});
  EXPECT_EQ(load(source).look_alike, "");
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
  // In a directory of its own: what nobody can read may be defaults for those beside it.
  tree.write("c/c.yaml", std::string((1U << 20) + 1, '#'));
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
  EXPECT_EQ(first.specs[0], second.specs[0]) << "the same object, not only an equal one";
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
  EXPECT_EQ(*load(source).specs[0]->fields.get<Ttl>("ttl"), 2h);
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

}  // namespace
}  // namespace cr::specs
