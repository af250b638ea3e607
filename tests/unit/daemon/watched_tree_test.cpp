#include "daemon/loop/watched_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/daemon/temp_folder.h"

namespace cr::daemon {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

TEST(WatchedDirectories, AreTheFolderAndWhatIsBelowItWithoutHiddenOnes) {
  const testing::TempFolder folder;
  folder.write("specs/a.yaml", "");
  folder.write("specs/team/b.yaml", "");
  folder.write("specs/.git/HEAD", "");
  EXPECT_THAT(watched_directories({folder.path("specs")}, 100).directories,
              ElementsAre(folder.path("specs"), folder.path("specs/team")));
}

TEST(WatchedDirectories, OfAFileIsTheFolderThatHoldsIt) {
  const testing::TempFolder folder;
  const std::string file = folder.write("specs/a.yaml", "");
  EXPECT_THAT(watched_directories({file, "-"}, 100).directories, ElementsAre(folder.path("specs")));
}

TEST(WatchedDirectories, HoldTheLinkThatGitSyncFlips) {
  const testing::TempFolder folder;
  folder.write("git/worktrees/1111/specs/a.yaml", "");
  folder.point_link("git/current", "worktrees/1111");
  EXPECT_THAT(watched_directories({folder.path("git/current/specs")}, 100).directories,
              ElementsAre(folder.path("git"), folder.path("git/worktrees/1111/specs")));
}

TEST(WatchedDirectories, HoldTheLinkThatKubernetesFlips) {
  const testing::TempFolder folder;
  folder.write("specs/..2026_11_24/a.yaml", "");
  folder.point_link("specs/..data", "..2026_11_24");
  folder.point_link("specs/a.yaml", "..data/a.yaml");
  EXPECT_THAT(watched_directories({folder.path("specs")}, 100).directories, Contains(folder.path("specs")));
}

TEST(WatchedDirectories, OfAPathThatIsNotThereIsTheNearestFolderAbove) {
  const testing::TempFolder folder;
  EXPECT_THAT(watched_directories({folder.path("not/yet")}, 100).directories, ElementsAre(folder.path()));
  folder.point_link("dangling", "nowhere");
  EXPECT_THAT(watched_directories({folder.path("dangling")}, 100).directories, ElementsAre(folder.path()));
}

TEST(WatchedDirectories, EndWithLinksThatGoInCircles) {
  const testing::TempFolder folder;
  folder.point_link("a", "b");
  folder.point_link("b", "a");
  folder.make_folder("specs/deep");
  folder.point_link("specs/deep/up", "..");
  EXPECT_THAT(watched_directories({folder.path("a")}, 100).directories, ElementsAre(folder.path()));
  EXPECT_THAT(watched_directories({folder.path("specs")}, 100).directories,
              Contains(folder.path("specs/deep")));
}

TEST(WatchedDirectories, AreAtMostTheLimit) {
  const testing::TempFolder folder;
  for (int i = 0; i < 20; ++i) folder.make_folder("specs/" + std::to_string(i));
  EXPECT_EQ(watched_directories({folder.path("specs")}, 5).directories.size(), 5U);
  EXPECT_FALSE(watched_directories({folder.path("specs")}, 5).whole);
  EXPECT_FALSE(watched_directories({folder.path("specs")}, 20).whole);
  EXPECT_TRUE(watched_directories({folder.path("specs")}, 100).whole);
}

TEST(WatchedDirectories, AreNotWholeWhereSomeAreTooDeepOrNotThere) {
  const testing::TempFolder folder;
  std::string deep = "specs";
  for (int i = 0; i < 32; ++i) deep += "/d";
  folder.make_folder(deep);
  EXPECT_TRUE(watched_directories({folder.path("specs")}, 100).whole);
  folder.make_folder(deep + "/d");
  EXPECT_FALSE(watched_directories({folder.path("specs")}, 100).whole);
  EXPECT_FALSE(watched_directories({folder.path("not/yet")}, 100).whole);
}

TEST(PathFingerprint, ChangesWhenALinkIsFlippedOrAFileComes) {
  const testing::TempFolder folder;
  folder.make_folder("1111");
  folder.make_folder("2222");
  folder.point_link("current", "1111");
  const std::vector<std::string> paths{folder.path("current")};
  const auto first = path_fingerprint(paths);
  EXPECT_EQ(path_fingerprint(paths), first);
  folder.point_link("current", "2222");
  const auto second = path_fingerprint(paths);
  EXPECT_NE(second, first);
  folder.write("2222/a.yaml", "");
  EXPECT_NE(path_fingerprint(paths), second);
  EXPECT_NE(path_fingerprint({folder.path("missing")}), path_fingerprint({}));
}

}  // namespace
}  // namespace cr::daemon
