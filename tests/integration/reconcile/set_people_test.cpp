#include <gmock/gmock.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "with_set.h"

/// People whom Coder no longer shows, shows under another name, or shows to be somebody else's as well.
namespace cr::testing {
namespace {

using namespace std::chrono_literals;
using reconcile::Remark;
using SetReason = reconcile::sets::Reason;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SetPeople : public WithSet {
 protected:
  /// From here on the token is of a user with this role.
  void restart_as(standin::Role role) {
    std::string token;
    edit([&](standin::State& state) {
      state.add_user("robot", {role});
      token = state.add_token("robot");
    });
    set_.owners.except.push_back("robot");
    world_.restart(token);
  }
  void robot_has(std::set<standin::Role> roles) {
    edit([&](standin::State& state) {
      state.edit_user("robot", [&](standin::User& user) { user.roles = std::move(roles); });
    });
  }
  void list(std::vector<std::string> owners) {
    set_.owners = {};
    set_.owners.list = std::move(owners);
  }
};
CR_EVERY_AGE(SetPeople);

TEST_P(SetPeople, WhoIsListedByUuidAndShownNoMoreStaysAnOwner) {
  list({id_of("bob"), "carol"});
  converge();
  ASSERT_THAT(there(), ElementsAre("bob/dev", "carol/dev"));
  hide(id_of("bob"));
  world_.advance(1h);
  world_.server.clear_requests();
  (void)cycle();
  EXPECT_EQ(writes(), 0U);
  EXPECT_THAT(there(), ElementsAre("bob/dev", "carol/dev"));
  EXPECT_EQ(set().members, 2U);
  EXPECT_EQ(set().left, 0U);
  EXPECT_EQ(set().reason, SetReason::UserNotFound);
  EXPECT_THAT(set().message, HasSubstr(id_of("bob") + " (bob) of spec.owners.list"));
  world_.server.clear_faults();
  (void)cycle();
  EXPECT_EQ(set().reason, SetReason::Resolved) << "they are shown again";
}

TEST_P(SetPeople, AnExceptionByUuidThatIsShownNoMoreStaysOne) {
  for (const bool after_a_start : {false, true}) {
    SCOPED_TRACE(after_a_start);
    set_.owners = {};
    set_.owners.organization = "coder";
    set_.owners.except = {"admin", id_of("bob")};
    world_.restart();
    if (!after_a_start) converge();
    hide(id_of("bob"));
    world_.advance(1h);
    converge();
    EXPECT_THAT(there(), ElementsAre("alice/dev", "carol/dev", "dora/dev"));
    EXPECT_EQ(set().reason, SetReason::Resolved);
    EXPECT_THAT(set().message, HasSubstr("they stay left out"));
    world_.server.clear_faults();
  }
}

TEST_P(SetPeople, AnExceptionThatTakesAnotherNameStaysOne) {
  set_.owners.except = {"admin", "bob"};
  converge();
  edit([](standin::State& state) {
    state.edit_user("bob", [](standin::User& user) { user.username = "robert"; });
  });
  converge();
  EXPECT_THAT(there(), ElementsAre("alice/dev", "carol/dev", "dora/dev"));
  EXPECT_THAT(set().message, HasSubstr("bob of spec.owners.except is called robert now"));
}

TEST_P(SetPeople, AListedNameThatIsNobodysAnyMoreChangesNothing) {
  list({"bob", "carol"});
  converge();
  edit([](standin::State& state) {
    state.edit_user("bob", [](standin::User& user) { user.username = "robert"; });
  });
  world_.advance(1h);
  world_.server.clear_requests();
  converge();
  EXPECT_EQ(writes(), 0U);
  EXPECT_EQ(set().members, 2U);
  EXPECT_EQ(set().left, 0U);
}

TEST_P(SetPeople, WhoMovesFromOneSetToAnotherKeepsTheirWorkspaceAwake) {
  list({"alice", "bob"});
  another("other", {"carol"});
  converge();
  ASSERT_THAT(there(), ElementsAre("alice/dev", "bob/dev", "carol/dev"));
  list({"alice"});
  others_[0].owners.list = {"bob", "carol"};
  others_[0].workspace.fields.set("ttl", specs::Ttl(60));
  converge();
  EXPECT_THAT(there(), ElementsAre("alice/dev", "bob/dev", "carol/dev"));
  EXPECT_EQ(world_.live("bob", "dev")->ttl_ms, 3'600'000);
  EXPECT_EQ(last_->sets[0].reason, SetReason::Resolved);
  EXPECT_EQ(last_->sets[1].reason, SetReason::Resolved);
  world_.advance(1h);
  others_[0].owners.list = {"carol"};
  converge();
  EXPECT_THAT(there(), ElementsAre("alice/dev", "bob/dev dormant", "carol/dev"));
  EXPECT_THAT(last_->workspaces.size(), 3U);
}

TEST_P(SetPeople, WhatTwoSetsWantForMembersOfTheirsIsAnErrorOfBoth) {
  list({"alice", "bob"});
  another("other", {"bob", "carol"}).where = {std::make_shared<const std::string>("other.yaml"), 9, 1};
  converge();
  EXPECT_THAT(there(), ElementsAre("alice/dev", "carol/dev"));
  for (const std::size_t one : {0U, 1U}) {
    const auto& status = last_->sets[one];
    EXPECT_EQ(status.reason, SetReason::Conflict);
    EXPECT_THAT(status.message, HasSubstr("workspace bob/dev is also declared by set"));
    EXPECT_THAT(status.message, HasSubstr(one == 0 ? "other.yaml:9" : "sets.yaml:4"));
  }
}

TEST_P(SetPeople, ATokenThatMayNotReadUsersCannotTellWhoIsSuspended) {
  list({"alice", "bob"});
  restart_as(standin::Role::owner);
  converge();
  ASSERT_THAT(there(), ElementsAre("alice/dev", "bob/dev"));
  edit([](standin::State& state) { state.suspend("bob"); });
  robot_has({});
  set_.owners.list.emplace_back("carol");
  world_.advance(1h);
  world_.server.clear_requests();
  (void)cycle();
  EXPECT_EQ(writes(), 0U);
  EXPECT_EQ(set().reason, SetReason::Forbidden);
  EXPECT_THAT(set().message, HasSubstr("may not read all users"));
  EXPECT_EQ(set().members, 2U) << "nobody has left, and nobody has come";
  EXPECT_EQ(set().left, 0U);
  robot_has({standin::Role::owner});
  converge();
  EXPECT_THAT(there(), ElementsAre("alice/dev", "bob/dev dormant", "carol/dev"));
}

TEST_P(SetPeople, ATokenThatLosesTheRightToReadUsersIsSeenBySuspendedOnesThatAreNoMore) {
  edit([](standin::State& state) { state.suspend("bob"); });
  list({"alice", "bob"});
  restart_as(standin::Role::owner);
  converge();
  ASSERT_THAT(there(), ElementsAre("alice/dev"));
  robot_has({});
  (void)cycle();
  EXPECT_EQ(set().reason, SetReason::Forbidden) << "at once, though its right was seen a moment ago";
  EXPECT_EQ(set().members, 1U);
}

TEST_P(SetPeople, ATokenThatNeverMayReadUsersDeclaresNothing) {
  list({"alice", "bob"});
  restart_as(standin::Role::org_admin);
  robot_has({});
  (void)cycle();
  EXPECT_EQ(writes(), 0U);
  EXPECT_EQ(set().reason, SetReason::Forbidden);
  EXPECT_THAT(last_->workspaces, IsEmpty());
}

TEST_P(SetPeople, OfASetThatIsInvalidForOneLoadAreThoseItHad) {
  converge();
  left_out_ = true;
  leaves("bob");
  world_.advance(1h);
  world_.server.clear_requests();
  (void)cycle();
  EXPECT_EQ(writes(), 0U);
  EXPECT_THAT(last_->workspaces, IsEmpty());
  another("other", {"carol"});
  (void)cycle();
  EXPECT_EQ(writes(), 0U);
  EXPECT_THAT(last_->workspaces, IsEmpty()) << "what the set had is no other set's";
  others_.clear();
  left_out_ = false;
  converge();
  EXPECT_THAT(there(), ElementsAre("alice/dev", "bob/dev dormant", "carol/dev", "dora/dev"))
      << "whoever left meanwhile has been a member";
}

TEST_P(SetPeople, WhatTwoSetsHaveIsNeithersWhileOneOfThemIsInvalid) {
  converge();
  another("other", {"carol"}).workspace.fields.set("ttl", specs::Ttl(60));
  (void)cycle();
  ASSERT_EQ(last_->sets.at(1).reason, SetReason::Conflict);
  left_out_ = true;
  world_.server.clear_requests();
  for (int i = 0; i < 3; ++i) (void)cycle();
  EXPECT_EQ(writes(), 0U);
  EXPECT_THAT(last_->workspaces, IsEmpty());
}

TEST_P(SetPeople, ADocumentThatGivesAUuidBeatsASetThatListsTheName) {
  world_.declare({a_document(id_of("alice"), "dev", {"ttl: 1h"})});
  list({"alice", "bob"});
  converge();
  EXPECT_THAT(there(), ElementsAre("alice/dev", "bob/dev"));
  EXPECT_EQ(world_.live("alice", "dev")->ttl_ms, 3'600'000);
  EXPECT_EQ(set().replaced, 1U);
  EXPECT_EQ(last_->workspaces.size(), 2U);
}

TEST_P(SetPeople, ADocumentThatGivesTheNameBeatsASetThatListsAUuid) {
  world_.declare({a_document("alice", "dev", {"ttl: 1h"})});
  list({id_of("alice"), "bob"});
  converge();
  EXPECT_THAT(there(), ElementsAre("alice/dev", "bob/dev"));
  EXPECT_EQ(world_.live("alice", "dev")->ttl_ms, 3'600'000);
  EXPECT_EQ(set().replaced, 1U);
}

TEST_P(SetPeople, AWorkspaceWhoseDocumentBeatsASetSaysSo) {
  const auto remarks = [&] {
    std::vector<std::string> messages;
    for (const auto& one : world_.status("alice", "dev").remarks) {
      if (one.remark == Remark::AlsoInSet) messages.push_back(one.message);
    }
    return messages;
  };
  world_.declare({a_document("alice", "dev", {"ttl: 1h"})});
  converge();
  EXPECT_THAT(remarks(),
              ElementsAre("set everybody (sets.yaml:4:1) would declare it too; this document counts"));
  set_.owners.except.emplace_back("alice");
  (void)cycle();
  EXPECT_THAT(remarks(), IsEmpty());
}

}  // namespace
}  // namespace cr::testing
