#include "reconcile/memory/owners_seen.h"

#include <gtest/gtest.h>

#include "tests/unit/reconcile/memory/cycle_builder.h"

namespace cr::reconcile {
namespace {

using namespace cr::testing;

LiveWorkspace of(std::uint32_t owner) {
  LiveWorkspace live = a_live_dev();
  live.owner_id = a_user_id(owner);
  return live;
}

TEST(OwnersSeen, TellWhoHadTheNameFirst) {
  OwnersSeen owners;
  EXPECT_EQ(owners.before("alice", a_user_id(1)), std::nullopt);
  for (const std::uint32_t now : {1U, 2U}) {
    CycleBuilder cycle;
    cycle.add(a_spec()).reads(of(now));
    owners.observe(cycle.facts());
  }
  EXPECT_EQ(owners.before("alice", a_user_id(1)), std::nullopt);
  EXPECT_EQ(owners.before("alice", a_user_id(2)), a_user_id(1));
}

TEST(OwnersSeen, LearnFromLookUpsToo) {
  OwnersSeen owners;
  const std::vector<std::pair<std::string, UserId>> users{{"alice", a_user_id(1)}, {"bob", a_user_id(2)}};
  CycleBuilder cycle;
  cycle.add(a_spec()).is_absent();
  CycleFacts facts = cycle.facts();
  facts.users = users;
  owners.observe(facts);
  EXPECT_EQ(owners.before("alice", a_user_id(3)), a_user_id(1));
  EXPECT_EQ(owners.before("bob", a_user_id(3)), std::nullopt) << "no spec gives that name";
}

TEST(OwnersSeen, ForgetNamesThatNoSpecGives) {
  OwnersSeen owners;
  CycleBuilder cycle;
  cycle.add(a_spec()).reads(of(1));
  owners.observe(cycle.facts());
  CycleBuilder later;
  later.add(a_spec("bob", "dev")).is_absent();
  owners.observe(later.facts());
  EXPECT_EQ(owners.before("alice", a_user_id(2)), std::nullopt);
}

TEST(OwnersSeen, KeepANameWhileItsWorkspacesCannotBeRead) {
  OwnersSeen owners;
  CycleBuilder cycle;
  cycle.add(a_spec()).reads(of(1));
  owners.observe(cycle.facts());
  CycleBuilder outage;
  outage.add(a_spec()).is_not_read();
  owners.observe(outage.facts());
  EXPECT_EQ(owners.before("alice", a_user_id(2)), a_user_id(1));
}

TEST(OwnersSeen, AnOwnerGivenByIdCannotChange) {
  OwnersSeen owners;
  const std::string id = a_user_id(1).to_string();
  CycleBuilder cycle;
  cycle.add(a_spec(id, "dev")).reads(of(1));
  owners.observe(cycle.facts());
  EXPECT_EQ(owners.before(id, a_user_id(2)), std::nullopt);
}

}  // namespace
}  // namespace cr::reconcile
