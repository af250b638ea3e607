#include "reconcile/cycle/known_ids.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/builders.h"

namespace cr::testing {
namespace {

using namespace cr::reconcile;

specs::SpecPtr a_spec(std::string owner, std::string name) {
  auto spec = std::make_shared<specs::WorkspaceSpec>();
  spec->owner = std::move(owner);
  spec->name = std::move(name);
  return spec;
}

TEST(KnownIds, WhatWasLearntIsAskedForByIdWhateverElseIsDeclared) {
  KnownIds ids;
  const std::vector<specs::SpecPtr> before = {a_spec("alice", "b"), a_spec("alice", "d")};
  ids.replace(ids.targets_of(before));
  ids.learn({"alice", "b"}, a_workspace_id(1));
  ids.learn({"alice", "d"}, a_workspace_id(2));
  const std::vector<specs::SpecPtr> now = {a_spec("Alice", "A"), a_spec("alice", "c"), a_spec("alice", "D")};
  const std::vector<Target> targets = ids.targets_of(now);
  ASSERT_EQ(targets.size(), 3U);
  EXPECT_EQ(targets[0].stage, Stage::unknown);
  EXPECT_EQ(targets[1].stage, Stage::unknown);
  EXPECT_EQ(targets[2].stage, Stage::by_id);
  EXPECT_EQ(targets[2].id, a_workspace_id(2));
  EXPECT_EQ(targets[2].identity, (specs::Identity{"alice", "d"}));
}

TEST(KnownIds, WhatIsForgottenIsUnknownAgain) {
  KnownIds ids;
  const std::vector<specs::SpecPtr> declared = {a_spec("alice", "b")};
  ids.replace(ids.targets_of(declared));
  ids.learn({"alice", "b"}, a_workspace_id(1));
  EXPECT_EQ(ids.find({"alice", "b"}), a_workspace_id(1));
  ids.forget({"alice", "b"});
  EXPECT_EQ(ids.find({"alice", "b"}), std::nullopt);
  EXPECT_EQ(ids.targets_of(declared)[0].stage, Stage::unknown);
}

TEST(KnownIds, AnOwnerGivenAsUuidIsMarkedAsSuch) {
  const KnownIds ids;
  const std::vector<specs::SpecPtr> declared = {a_spec("7A3B5C1E-0000-4000-8000-000000000001", "b")};
  const Target target = ids.targets_of(declared)[0];
  EXPECT_TRUE(target.owner_is_uuid);
  EXPECT_EQ(target.identity.owner, "7a3b5c1e-0000-4000-8000-000000000001");
}

}  // namespace
}  // namespace cr::testing
