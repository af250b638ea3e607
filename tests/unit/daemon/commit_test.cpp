#include "daemon/loop/commit.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "daemon/loop/load.h"
#include "tests/unit/daemon/reports.h"
#include "tests/unit/daemon/shown_page.h"
#include "tests/unit/daemon/temp_folder.h"

namespace cr::daemon {
namespace {

/// An object as Git wrote it: a tree, an author, a committer, two paragraphs.
constexpr std::string_view kRevision = "397400ebd7b976b84c8ec8790ebf0b3ccfa40d70";
constexpr std::string_view kObject =
    "78da758d410ac23010455de714b3174a52d298401141371557d20b24e994568c53d2113dbeb5b8f5ad1e9f073f524a23837266c3"
    "1911"
    "74b065d545a3cb180c06e7a59158e9d0dbceb8d2da3e206a27b5f04f1e28c3d93f104e8450df163be0dba7e98e45a4b407b5933f"
    "602b95"
    "9422ae678c198e0dd471fc93ab255f10e2eac719810784b6bd00f5abce034dc0e893100dc3cbcfc044df3573213e13963de9";

std::string bytes_of(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string{hex.substr(i, 2)}, nullptr, 16));
  return bytes;
}

void write(const std::string& path, std::string_view bytes) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

std::string object_path(const std::string& objects) {
  return objects + "/" + std::string{kRevision.substr(0, 2)} + "/" + std::string{kRevision.substr(2)};
}

std::string commit(std::string_view header, std::string_view message) {
  std::string object = "commit 9";
  object += '\0';
  return object.append(header).append("\n\n").append(message);
}

TEST(Commit, IsReadFromAnObjectOfItsOwn) {
  const testing::TempFolder folder;
  write(object_path(folder.path()), bytes_of(kObject));
  EXPECT_EQ(read_commit(folder.path(), kRevision),
            (CommitNote{"Jane Doe", "Raise the TTL of the shop team"}));
  EXPECT_EQ(read_commit(folder.path(), std::string(40, '1')), std::nullopt) << "no object of that name";
  EXPECT_EQ(read_commit(folder.path(), "../etc/passwd"), std::nullopt);
  EXPECT_EQ(read_commit("", kRevision), std::nullopt);
}

TEST(Commit, BrokenObjectsAreNone) {
  const testing::TempFolder folder;
  const std::string whole = bytes_of(kObject);
  for (std::size_t size = 0; size < whole.size() / 2; ++size) {
    write(object_path(folder.path()), whole.substr(0, size));
    EXPECT_EQ(read_commit(folder.path(), kRevision), std::nullopt) << size;
  }
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string broken = whole;
    broken[i] = static_cast<char>(broken[i] ^ 0x55);
    write(object_path(folder.path()), broken);
    const auto note = read_commit(folder.path(), kRevision);  // whatever it is, it is bounded
    EXPECT_LT(note ? note->subject.size() + note->author.size() : 0U, 300U);
  }
}

TEST(Commit, IsTakenApart) {
  const std::string author = "tree 1\nparent 2\nauthor Jane <j@x> 1 +0000\ncommitter CI <c@x> 2 +0000";
  EXPECT_EQ(parse_commit(commit(author, "one\ntwo\n")), (CommitNote{"Jane", "one"}));
  EXPECT_EQ(parse_commit(commit(author + "\ngpgsig -----BEGIN\n author no\n -----END", "\none")),
            (CommitNote{"Jane", "one"}))
      << "signed, and with an empty line before its message";
  EXPECT_EQ(parse_commit(commit(author, "")), (CommitNote{"Jane", ""}));
  EXPECT_EQ(parse_commit(commit("tree 1", "author Eve <e@x> 1 +0000\n")), std::nullopt)
      << "a message names nobody";
  EXPECT_EQ(parse_commit("blob 3"), std::nullopt);
  EXPECT_EQ(parse_commit(""), std::nullopt);
  EXPECT_EQ(parse_commit(commit("tree 1\nauthor J\x1b[1m <j@x> 1 +0000", "\xe2\x80\xae no UTF-8: \xff\n")),
            (CommitNote{"J [1m", "? no UTF-8: ?"}));
  const auto cut = parse_commit(commit(author, std::string(119, 'x') + "ä and more"));
  EXPECT_EQ(cut->subject, std::string(119, 'x') + "…") << "no half of a character";
}

TEST(Commit, IsFoundByWayOfAWorktree) {
  const testing::TempFolder folder;
  const std::string root = folder.path();
  const std::string worktree = root + "/.worktrees/" + std::string{kRevision};
  write(object_path(root + "/.git/objects"), bytes_of(kObject));
  write(root + "/.git/worktrees/w/commondir", "../..\n");
  write(worktree + "/.git", "gitdir: ../../.git/worktrees/w\n");
  write(worktree + "/specs/a.yaml", "");
  std::filesystem::create_directory_symlink(worktree, root + "/current");
  specs::SpecSource source({root + "/current/specs"});
  const LoadResult loaded = load_specs(source, {}, nullptr);
  ASSERT_TRUE(loaded);
  ASSERT_TRUE(loaded->commit);
  EXPECT_EQ(loaded->commit->author, "Jane Doe");
  ASSERT_EQ(loaded->checkouts->size(), 1U);
  EXPECT_EQ(loaded->checkouts->front(), (specs::CheckedOut{root + "/current", "", std::string{kRevision}}));
}

class CommitOnThePage : public testing::ShownPage {};

TEST_F(CommitOnThePage, StandsBesideTheRevisionAndStaysText) {
  show(testing::a_report({reconcile::Reason::InSync}));
  EXPECT_NE(page().find("in force for 3 h</span>"), std::string::npos);
  board_.commit = std::make_shared<const CommitNote>(CommitNote{"<b>Jane", "Raise <script>"});
  EXPECT_NE(page().find("in force for 3 h: Raise &lt;script&gt; (&lt;b&gt;Jane)</span>"), std::string::npos);
}

}  // namespace
}  // namespace cr::daemon
