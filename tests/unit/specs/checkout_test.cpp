#include "specs/checkout.h"

#include <gtest/gtest.h>

#include <vector>

namespace cr::specs {
namespace {

struct Lies {
  std::string given, root, checkout;
  std::string shown, path;  ///< of a position, and in the repository; empty: nowhere
};

TEST(CheckedOut, TellsWhichFileOfTheRepositoryAPositionNames) {
  const std::vector<Lies> table = {
      {"specs", "/home/a/repo/specs", "/home/a/repo", "specs/team.yaml", "specs/team.yaml"},
      {"specs/", "/home/a/repo/specs", "/home/a/repo", "specs/team.yaml", "specs/team.yaml"},
      {"./specs", "/home/a/repo/specs", "/home/a/repo", "./specs/a/team.yaml", "specs/a/team.yaml"},
      {".", "/home/a/repo/specs", "/home/a/repo", "./team.yaml", "specs/team.yaml"},
      {"/git/current/prod", "/git/.worktrees/c0/prod", "/git/.worktrees/c0", "/git/current/prod/x/a.yaml",
       "prod/x/a.yaml"},
      {"/git/current", "/git/.worktrees/c0", "/git/.worktrees/c0", "/git/current/a.yaml", "a.yaml"},
      {"specs/team.yaml", "/repo/specs/team.yaml", "/repo", "specs/team.yaml", "specs/team.yaml"},
      {"/", "/", "/", "/a.yaml", "a.yaml"},
      // Defaults stand above what is given.
      {"/git/current/prod", "/git/.worktrees/c0/prod", "/git/.worktrees/c0", "/git/current/defaults.yaml",
       "defaults.yaml"},
      {"specs", "/repo/specs", "/repo", "specs/../defaults.yaml", "defaults.yaml"},
      {"specs", "/repo/specs", "/repo", "specs/../../defaults.yaml", ""},
      // Without a checkout paths count from what is given.
      {"/etc/specs", "/etc/specs", "/etc/specs", "/etc/specs/a/b.yaml", "a/b.yaml"},
      {"/etc/specs/a.yaml", "/etc/specs/a.yaml", "/etc/specs/a.yaml", "/etc/specs/a.yaml", "a.yaml"},
      {"specs", "/repo/specs", "/repo", "<stdin>", ""},
      {"specs", "/repo/specs", "/repo", "specs2/team.yaml", ""},
  };
  for (const Lies& row : table) {
    const std::vector<CheckedOut> one{checked_out(row.given, row.root, row.checkout, "c0")};
    const auto place = in_repository(one, row.shown);
    EXPECT_EQ(place ? place->path : "", row.path) << row.given << ": " << row.shown;
    EXPECT_EQ(place ? place->revision : "c0", "c0");
  }
}

TEST(CheckedOut, OfSeveralTheNearestCounts) {
  const std::vector<CheckedOut> two{checked_out("/git", "/git", "/git", "outer"),
                                    checked_out("/git/inner", "/elsewhere", "/elsewhere", "inner")};
  EXPECT_EQ(in_repository(two, "/git/inner/a.yaml"), (InRepository{"a.yaml", "inner"}));
  EXPECT_EQ(in_repository(two, "/git/innermost/a.yaml"), (InRepository{"innermost/a.yaml", "outer"}));
  EXPECT_EQ(in_repository({}, "a.yaml"), std::nullopt);
}

}  // namespace
}  // namespace cr::specs
