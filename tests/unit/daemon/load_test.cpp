#include "daemon/loop/load.h"

#include <gtest/gtest.h>

#include "tests/unit/daemon/reports.h"

namespace cr::daemon {
namespace {

using testing::a_desired_state;
using testing::a_spec;

TEST(Load, WhatIsInForceStaysWhereNoFileWasReadAnew) {
  const specs::DesiredState read = a_desired_state({a_spec("alice", "dev")});
  const Loaded first = compare_with(nullptr, read, {});
  EXPECT_TRUE(first.changed);
  const Loaded again = compare_with(first.desired, read, {});
  EXPECT_FALSE(again.changed);
  EXPECT_EQ(again.desired, first.desired);
}

TEST(Load, WhatSaysSomethingElseIsNew) {
  const Loaded first = compare_with(nullptr, a_desired_state({a_spec("alice", "dev")}), {});
  EXPECT_TRUE(compare_with(first.desired, a_desired_state({a_spec("alice", "web")}), {}).changed);
}

TEST(Load, ASetThatSaysSomethingElseIsNew) {
  specs::WorkspaceSet set;
  set.name = "payments";
  set.owners.list = {"alice"};
  specs::DesiredState read = a_desired_state({a_spec("alice", "dev")});
  const Loaded without = compare_with(nullptr, read, {});
  read.sets = {std::make_shared<const specs::WorkspaceSet>(set)};
  const Loaded with = compare_with(without.desired, read, {});
  EXPECT_TRUE(with.changed);
  EXPECT_EQ(with.desired->sets.size(), 1U);
  read.sets = {std::make_shared<const specs::WorkspaceSet>(set)};
  const Loaded anew = compare_with(with.desired, read, {});
  EXPECT_FALSE(anew.changed);
  EXPECT_EQ(anew.desired->sets, read.sets) << "the source holds these, and not the old ones";
  set.owners.list = {"alice", "bob"};
  read.sets = {std::make_shared<const specs::WorkspaceSet>(set)};
  const Loaded longer = compare_with(with.desired, read, {});
  EXPECT_TRUE(longer.changed);
  EXPECT_EQ(longer.desired->sets.front()->owners.list.size(), 2U);
  read.sets = {};
  read.rejected_sets = {"payments"};
  EXPECT_TRUE(compare_with(longer.desired, read, {}).changed);
}

// Every file of a large fleet may be written anew without a change: by a checkout, or for a comment.
TEST(Load, WhatWasReadAnewAndSaysTheSameIsNotKeptTwice) {
  Loaded first = compare_with(nullptr, a_desired_state({a_spec("alice", "dev")}), {});
  const std::weak_ptr<const specs::WorkspaceSpec> old = first.desired->specs.front();
  const specs::DesiredState read = a_desired_state({a_spec("alice", "dev")});
  const Loaded anew = compare_with(first.desired, read, {});
  EXPECT_FALSE(anew.changed);
  EXPECT_EQ(anew.desired->specs, read.specs);
  first = {};
  EXPECT_TRUE(old.expired());
}

}  // namespace
}  // namespace cr::daemon
