#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <memory>

#include "specs/field_table.h"
#include "with_set.h"

/// Sets of workspaces, from the people that Coder knows to the workspaces that there are.
namespace cr::testing {
namespace {

using namespace std::chrono_literals;
using reconcile::Ready;
using reconcile::Reason;
using SetReason = reconcile::sets::Reason;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class Sets : public WithSet {};
CR_EVERY_AGE(Sets);

TEST_P(Sets, OfAnOrganizationHaveAWorkspaceForEachMember) {
  EXPECT_EQ(converge()->count(Reason::InSync), 4U);
  EXPECT_THAT(there(), ElementsAre("alice/dev", "bob/dev", "carol/dev", "dora/dev"));
  EXPECT_EQ(world_.live("alice", "dev")->ttl_ms, 28'800'000);
  EXPECT_EQ(set().reason, SetReason::Resolved);
  EXPECT_EQ(set().members, 4U);
  EXPECT_EQ(set().name, "everybody");
}

TEST_P(Sets, WhoeverJoinsHasAWorkspaceInTheNextCycle) {
  converge();
  edit([](standin::State& state) { state.add_user("eve"); });
  converge();
  EXPECT_TRUE(world_.live("eve", "dev"));
  EXPECT_EQ(set().members, 5U);
}

TEST_P(Sets, AQuietCycleWritesNothingAndAsksForPeopleOnce) {
  converge();
  auto second = set_;
  second.name = "more";
  second.workspace.name = "more";
  second.workspace.body.edit().set = "more";
  set_.owners.except.push_back("dora");
  world_.declare_sets({std::make_shared<const specs::WorkspaceSet>(set_),
                       std::make_shared<const specs::WorkspaceSet>(second)});
  (void)world_.converge();
  world_.server.clear_requests();
  (void)world_.cycle();
  EXPECT_EQ(writes(), 0U);
  EXPECT_EQ(world_.server.request_count("/api/v2/organizations/coder/"), 1U);
  EXPECT_LE(world_.server.request_count("/api/v2/users?"), 1U);
  EXPECT_EQ(world_.server.request_count("/api/v2/authcheck"), 0U);
}

TEST_P(Sets, AMembersWorkspaceOfAPreviousNameIsRenamedToThatMembersName) {
  add("alice");
  edit([](standin::State& state) { state.set_allow_renames(true); });
  const std::string id = world_.live("alice", "alice")->id;
  set_.workspace.name = "{owner}-dev";
  set_.workspace.body.edit().previous_names = {std::string("{owner}")};
  set_.workspace.fields.set(specs::kNameKey, set_.workspace.name);
  EXPECT_EQ(converge()->count(Reason::InSync), 4U);
  EXPECT_THAT(there(), ElementsAre("alice/alice-dev", "bob/bob-dev", "carol/carol-dev", "dora/dora-dev"));
  EXPECT_EQ(world_.live("alice", "alice-dev")->id, id);
  world_.server.clear_requests();
  (void)cycle();
  EXPECT_EQ(writes(), 0U);
}

TEST_P(Sets, WithoutSetsNobodyIsAskedForPeople) {
  world_.declare({a_document("alice", "dev")});
  (void)world_.converge();
  world_.server.clear_requests();
  (void)world_.cycle();
  EXPECT_EQ(world_.server.request_count("/api/v2/organizations"), 0U);
  EXPECT_EQ(world_.server.request_count("/api/v2/users?"), 0U);
}

TEST_P(Sets, ALeaversWorkspaceBecomesDormantAndIsNotDeleted) {
  converge();
  leaves("bob");
  world_.advance(1h);
  converge();
  EXPECT_THAT(there(), ElementsAre("alice/dev", "bob/dev dormant", "carol/dev", "dora/dev"));
  EXPECT_EQ(set().members, 3U);
  EXPECT_EQ(set().left, 1U);

  edit([](standin::State& state) { state.set_ttl("bob", "dev", 3'600'000); });
  world_.server.clear_requests();
  (void)cycle();
  EXPECT_EQ(writes(), 0U) << "nothing else of it is kept as it was";
}

TEST_P(Sets, ALeaversWorkspaceIsLeftAloneWhereTheSetSaysSo) {
  set_.on_leave = specs::OnLeave::keep;
  converge();
  leaves("bob");
  world_.server.clear_requests();
  converge();
  EXPECT_EQ(writes(), 0U);
  EXPECT_THAT(there(), ElementsAre("alice/dev", "bob/dev", "carol/dev", "dora/dev"));
  EXPECT_EQ(last_->workspaces.size(), 3U);
}

TEST_P(Sets, ALeaversWorkspaceThatIsNoMoreIsForgottenAndNeverMadeAnew) {
  converge();
  leaves("bob");
  edit([](standin::State& state) { state.delete_workspace("bob", "dev"); });
  converge();
  converge();
  EXPECT_THAT(there(), ElementsAre("alice/dev", "carol/dev", "dora/dev"));
  EXPECT_EQ(last_->workspaces.size(), 3U);
}

TEST_P(Sets, AfterARestartThatAWorkspaceIsTheSetsIsSeenByTheAuditLog) {
  add("other");
  edit([](standin::State& state) {
    state.add_user("gus");
    standin::WorkspaceSeed seed;
    seed.owner = "gus";
    seed.name = "dev";
    seed.template_name = "docker";
    state.add_workspace(seed);
    state.edit_user("gus", [](standin::User& user) { user.organization_ids.clear(); });
  });
  converge();
  leaves("bob");
  world_.restart();
  world_.advance(1h);
  converge();
  EXPECT_THAT(there(),
              ElementsAre("alice/dev", "alice/other", "bob/dev dormant", "carol/dev", "dora/dev", "gus/dev"));
  EXPECT_EQ(set().left, 1U);
  EXPECT_EQ(set().reason, SetReason::Resolved);
  EXPECT_THAT(set().message, HasSubstr("nothing shows that this set has made them: gus/dev"));
  world_.server.clear_requests();
  (void)cycle();
  EXPECT_EQ(world_.server.request_count("/api/v2/audit"), 0U) << "it is asked once";
  EXPECT_EQ(world_.server.request_count("/api/v2/workspaces?q=name"), 0U);
}

TEST_P(Sets, AfterARestartWhatADocumentHadMadeIsNotTheSets) {
  set_.owners.except.push_back("bob");
  world_.declare({a_document("bob", "dev")});
  converge();
  ASSERT_TRUE(world_.live("bob", "dev"));
  world_.declare({});
  world_.restart();
  world_.advance(1h);
  world_.server.clear_requests();
  converge();
  EXPECT_EQ(writes(), 0U);
  EXPECT_THAT(there(), ElementsAre("alice/dev", "bob/dev", "carol/dev", "dora/dev"));
  EXPECT_THAT(set().message, HasSubstr("nothing shows that this set has made them: bob/dev"));
}

TEST_P(Sets, AfterARestartWhatIsOfAnotherTemplateIsNotTheSets) {
  converge();
  leaves("bob");
  edit([](standin::State& state) { state.add_template("podman"); });
  set_.workspace.body.edit().template_ref = "podman";
  world_.restart();
  world_.advance(1h);
  converge();
  EXPECT_THAT(there(), ElementsAre("alice/dev", "bob/dev", "carol/dev", "dora/dev"));
  EXPECT_THAT(set().message, HasSubstr("nothing shows that this set has made them: bob/dev"));
}

TEST_P(Sets, AfterARestartWhoMayBeOfASetThatIsNotReadYetHasLeftNone) {
  converge();
  set_.owners.except.emplace_back("bob");
  another("other", {id_of("bob")});
  fail("/api/v2/users/" + id_of("bob"));
  world_.restart();
  world_.advance(1h);
  world_.server.clear_requests();
  converge();
  EXPECT_EQ(writes(), 0U);
  world_.server.clear_faults();
  converge();
  EXPECT_THAT(there(), ElementsAre("alice/dev", "bob/dev", "carol/dev", "dora/dev"));
}

TEST_P(Sets, ALeaverWhoNeverHadAWorkspaceIsForgotten) {
  add("dev");
  set_.workspace.body.edit().policy.create = false;
  converge();
  ASSERT_THAT(there(), ElementsAre("alice/dev"));
  leaves("bob");
  world_.advance(1h);
  converge();
  (void)cycle();
  EXPECT_EQ(last_->workspaces.size(), 3U);
}

TEST_P(Sets, AfterARestartOfMoreThanMayLeaveAtOnceItIsOnlyTold) {
  converge();
  for (int i = 0; i < 12; ++i) {
    edit([&](standin::State& state) { state.add_user(fmt::format("temp{}", i)); });
    if (i % 6 == 5) converge();
  }
  ASSERT_EQ(there().size(), 16U);
  for (int i = 0; i < 12; ++i) leaves(fmt::format("temp{}", i).c_str());
  world_.restart();
  world_.advance(1h);
  world_.server.clear_requests();
  converge();
  EXPECT_EQ(writes(), 0U);
  EXPECT_EQ(set().left, 0U);
  EXPECT_THAT(set().message,
              HasSubstr("12 workspaces that this set has made are of people who are no owners"));
}

TEST_P(Sets, AnErrorOfTheAuditLogIsToldAndAskedForAgainTenMinutesLater) {
  converge();
  leaves("bob");
  world_.restart();
  world_.advance(1h);
  (void)fail("/api/v2/audit", 500);
  (void)cycle();
  EXPECT_THAT(set().message, HasSubstr("who had left before this process began could not be read"));
  world_.server.clear_faults();
  world_.server.clear_requests();
  (void)cycle();
  EXPECT_EQ(world_.server.request_count("/api/v2/audit"), 0U);
  world_.advance(11min);
  converge();
  EXPECT_THAT(there(), ElementsAre("alice/dev", "bob/dev dormant", "carol/dev", "dora/dev"));
}

TEST_P(Sets, AfterARestartThatNobodyCanTellWhoWeAreIsToldAndAskedForAgain) {
  converge();
  leaves("bob");
  world_.restart();
  world_.advance(1h);
  (void)fail("/api/v2/users/me", 500);
  (void)cycle();
  EXPECT_THAT(set().message, HasSubstr("who had left before this process began could not be read"));
  world_.server.clear_faults();
  world_.advance(11min);
  converge();
  EXPECT_THAT(there(), ElementsAre("alice/dev", "bob/dev dormant", "carol/dev", "dora/dev"));
}

TEST_P(Sets, AfterARestartASetThatNeverCanBeReadKeepsOthersFromKnowingAndTheySaySo) {
  converge();
  leaves("bob");
  specs::WorkspaceSet& never = another("zoo", {});
  never.workspace.name = "zoo";
  never.owners.organization = "nowhere";
  world_.restart();
  world_.advance(1h);
  world_.server.clear_requests();
  converge();
  EXPECT_EQ(writes(), 0U);
  EXPECT_THAT(set().message, HasSubstr("is not known until all sets and documents are"));
}

TEST_P(Sets, AfterARestartWithoutTheAuditLogNobodyIsKnownToHaveLeft) {
  converge();
  leaves("bob");
  world_.restart();
  world_.server.clear_requests();
  (void)fail("/api/v2/audit", 403);
  converge();
  EXPECT_EQ(writes(), 0U);
  EXPECT_THAT(there(), ElementsAre("alice/dev", "bob/dev", "carol/dev", "dora/dev"));
  EXPECT_THAT(set().message, HasSubstr("bob/dev"));
}

TEST_P(Sets, AfterARestartATokenThatSeesSomeMembersOnlyPutsNobodyToSleep) {
  edit([](standin::State& state) { state.add_user("robot", {standin::Role::owner}); });
  set_.owners.except.push_back("robot");
  std::string token;
  edit([&](standin::State& state) { token = state.add_token("robot"); });
  world_.restart(token);
  converge();
  ASSERT_EQ(there().size(), 4U);
  world_.restart(token);
  standin::FaultRule rule(standin::FaultKind::mistyped);
  rule.target_prefix = "/api/v2/authcheck";
  rule.key = "0";
  rule.json = "false";
  (void)world_.server.add_fault(std::move(rule));
  leaves("bob");
  world_.server.clear_requests();
  (void)cycle();
  EXPECT_EQ(writes(), 0U);
  EXPECT_EQ(set().left, 0U);
}

TEST_P(Sets, SuspendedUsersAreLeftOut) {
  edit([](standin::State& state) { state.suspend("bob"); });
  converge();
  EXPECT_THAT(there(), ElementsAre("alice/dev", "carol/dev", "dora/dev"));
  edit([](standin::State& state) { state.suspend("carol"); });
  world_.advance(1h);
  converge();
  EXPECT_THAT(there(), ElementsAre("alice/dev", "carol/dev dormant", "dora/dev"));
  edit([](standin::State& state) {
    state.edit_user("carol", [](standin::User& user) { user.status = standin::UserStatus::active; });
  });
  converge();
  EXPECT_EQ(set().members, 3U) << "Coder says that she is active again";
}

TEST_P(Sets, AllVanishingAtOnceIsHeldUntilAPersonAgrees) {
  converge();
  for (const char* name : {"alice", "bob", "carol", "dora"}) leaves(name);
  edit([](standin::State& state) {
    state.edit_user("admin", [](standin::User& user) { user.organization_ids.clear(); });
  });
  world_.server.clear_requests();
  (void)cycle();
  EXPECT_EQ(writes(), 0U);
  EXPECT_EQ(set().reason, SetReason::Held);
  EXPECT_EQ(set().held, 4U);
  EXPECT_EQ(last_->workspaces.size(), 4U);
  world_.advance(1h);
  ASSERT_TRUE(world_.reconciler().approve(set().digest));
  converge();
  EXPECT_EQ(set().members, 0U);
  EXPECT_THAT(there(),
              ElementsAre("alice/dev dormant", "bob/dev dormant", "carol/dev dormant", "dora/dev dormant"));
}

TEST_P(Sets, AnOrganizationThatIsGoneKeepsWhatThereIs) {
  converge();
  world_.server.clear_requests();
  (void)fail("/api/v2/organizations/", 404);
  (void)cycle();
  EXPECT_EQ(writes(), 0U);
  EXPECT_EQ(last_->workspaces.size(), 4U);
  EXPECT_EQ(set().unread, 4U);
  EXPECT_NE(reconcile::sets::ready_of(set().reason), Ready::True);
}

TEST_P(Sets, AfterAStartAReadThatFailsDeclaresNothingAndSaysSo) {
  (void)fail("/api/v2/organizations/");
  (void)cycle();
  EXPECT_EQ(writes(), 0U);
  EXPECT_THAT(last_->workspaces, IsEmpty());
  EXPECT_EQ(set().reason, SetReason::NotRead);
  EXPECT_TRUE(last_->failure) << "nothing could be done at all";
  world_.server.clear_faults();
  converge();
  EXPECT_EQ(there().size(), 4U);
}

TEST_P(Sets, ATokenThatHasLostARightLooksLikeNobodysLeaving) {
  edit([](standin::State& state) {
    state.add_user("robot", {standin::Role::owner});
    return 0;
  });
  set_.owners.except.push_back("robot");
  std::string token;
  edit([&](standin::State& state) { token = state.add_token("robot"); });
  world_.restart(token);
  converge();
  ASSERT_EQ(there().size(), 4U);
  edit([](standin::State& state) {
    state.edit_user("robot", [](standin::User& user) { user.roles.clear(); });
  });
  world_.server.clear_requests();
  (void)cycle();
  EXPECT_THAT(there(), ElementsAre("alice/dev", "bob/dev", "carol/dev", "dora/dev"));
  EXPECT_EQ(set().members, 4U);
  EXPECT_EQ(set().left, 0U);
}

TEST_P(Sets, OfAListHaveAWorkspaceForEachAndTheUnknownOnesConditionSaysSo) {
  set_.owners = {};
  set_.owners.list = {"alice", "ALICE", "nobody"};
  converge();
  EXPECT_THAT(there(), ElementsAre("alice/dev"));
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::InSync);
  EXPECT_EQ(world_.reason("nobody", "dev"), Reason::OwnerNotFound);
  EXPECT_EQ(set().members, 2U);
}

TEST_P(Sets, AUserOnTheListByUuidIsOwnerByName) {
  std::string id;
  edit([&](standin::State& state) { id = state.find_user("bob")->id; });
  set_.owners = {};
  set_.owners.list = {id};
  set_.workspace.name = "dev-{owner}";
  converge();
  EXPECT_THAT(there(), ElementsAre("bob/dev-bob"));
}

TEST_P(Sets, OfAGroupNeedALicensedServer) {
  set_.owners = {};
  set_.owners.group = specs::OwnerGroup{"coder", "payments"};
  (void)cycle();
  EXPECT_EQ(set().reason, SetReason::NoGroups);
  EXPECT_THAT(set().message, HasSubstr("licensed server"));
  EXPECT_THAT(there(), IsEmpty());

  edit([](standin::State& state) {
    state.set_licensed(true);
    state.set_group("payments", {"alice", "carol"});
  });
  if (GetParam() == standin::Age::v2_13) {
    (void)cycle();
    EXPECT_THAT(there(), IsEmpty()) << "nothing proves that its members are all";
    return;
  }
  converge();
  EXPECT_THAT(there(), ElementsAre("alice/dev", "carol/dev"));
  edit([](standin::State& state) { state.remove_group("payments"); });
  (void)cycle();
  EXPECT_EQ(set().reason, SetReason::GroupNotFound);
  EXPECT_EQ(set().members, 2U);
}

TEST_P(Sets, ADocumentBeatsASetAndTheSetSaysSo) {
  world_.declare({a_document("alice", "dev", {"ttl: 1h"})});
  converge();
  EXPECT_EQ(world_.live("alice", "dev")->ttl_ms, 3'600'000);
  EXPECT_EQ(world_.live("bob", "dev")->ttl_ms, 28'800'000);
  EXPECT_EQ(set().replaced, 1U);
  EXPECT_THAT(set().message, HasSubstr("1 of its workspaces is declared by a document of its own"));
}

TEST_P(Sets, WhatIsNotSelectedIsNeitherReadNorChanged) {
  world_.select([](const specs::WorkspaceSpec& spec) { return spec.owner == "bob"; });
  converge();
  EXPECT_THAT(there(), ElementsAre("bob/dev"));
  EXPECT_EQ(last_->workspaces.size(), 1U);
}

}  // namespace
}  // namespace cr::testing
