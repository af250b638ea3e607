#include "specs/revision.h"

#include <gtest/gtest.h>

#include <string>

#include "temp_tree.h"

namespace cr::specs {
namespace {

using cr::testing::TempTree;

const std::string kFirst(40, '1');
const std::string kSecond = "0123456789abcdef0123456789abcdef01234567";

TEST(Revision, KnowsAFullCommit) {
  EXPECT_TRUE(is_commit(kSecond));
  EXPECT_TRUE(is_commit(std::string(64, 'a')));
  EXPECT_FALSE(is_commit(kSecond.substr(1)));
  EXPECT_FALSE(is_commit(std::string(40, 'A')));
  EXPECT_FALSE(is_commit(std::string(40, 'g')));
}

TEST(Revision, IsTheNameOfTheDirectoryThatGitSyncMade) {
  const TempTree tree;
  tree.directory(".worktrees/" + kSecond + "/teams/payments");
  EXPECT_EQ(find_revision(tree.path(".worktrees/" + kSecond + "/teams/payments")), kSecond);
  EXPECT_EQ(enclosing_checkout(tree.path(".worktrees/" + kSecond + "/teams")),
            tree.path(".worktrees/" + kSecond));
}

TEST(Revision, IsTheHeadOfACheckout) {
  const TempTree tree;
  tree.directory("repo/specs");
  tree.write("repo/.git/HEAD", "ref: refs/heads/main\n");
  tree.write("repo/.git/refs/heads/main", kFirst + "\n");
  EXPECT_EQ(find_revision(tree.path("repo/specs")), kFirst);
  EXPECT_EQ(enclosing_checkout(tree.path("repo/specs")), tree.path("repo"));
}

TEST(Revision, IsADetachedHead) {
  const TempTree tree;
  tree.write("repo/.git/HEAD", kSecond + "\n");
  EXPECT_EQ(find_revision(tree.path("repo")), kSecond);
}

TEST(Revision, IsLookedForInPackedRefs) {
  const TempTree tree;
  tree.write("repo/.git/HEAD", "ref: refs/heads/main\n");
  tree.write("repo/.git/packed-refs", "# pack-refs with: peeled fully-peeled sorted\n" + kFirst +
                                          " refs/heads/main2\n" + kSecond + " refs/heads/main\n^" + kFirst +
                                          "\n");
  EXPECT_EQ(find_revision(tree.path("repo")), kSecond);
}

TEST(Revision, OfAWorktreeIsItsOwnHead) {
  const TempTree tree;
  tree.write("repo/.git/HEAD", kFirst + "\n");
  tree.write("repo/.git/refs/heads/topic", kSecond + "\n");
  tree.write("repo/.git/worktrees/w/HEAD", "ref: refs/heads/topic\n");
  tree.write("repo/.git/worktrees/w/commondir", "../..\n");
  tree.write("w/.git", "gitdir: ../repo/.git/worktrees/w\n");
  EXPECT_EQ(find_revision(tree.path("w")), kSecond);
  tree.write("w/.git", "gitdir: " + tree.path("repo/.git/worktrees/w") + "\n");
  EXPECT_EQ(find_revision(tree.path("w")), kSecond);
}

TEST(Revision, IsEmptyWhereThereIsNone) {
  const TempTree tree;
  tree.directory("plain");
  EXPECT_EQ(find_revision(tree.path("plain")), "");
  tree.write("unborn/.git/HEAD", "ref: refs/heads/main\n");
  EXPECT_EQ(find_revision(tree.path("unborn")), "");
  tree.write("odd/.git/HEAD", "ref: ../../etc/passwd\n");
  EXPECT_EQ(find_revision(tree.path("odd")), "");
  tree.write("circle/.git/HEAD", "ref: refs/a\n");
  tree.write("circle/.git/refs/a", "ref: refs/a\n");
  EXPECT_EQ(find_revision(tree.path("circle")), "");
  tree.write("broken/.git", "gitdir: nowhere\n");
  EXPECT_EQ(find_revision(tree.path("broken")), "");
}

}  // namespace
}  // namespace cr::specs
