#include "reconcile/sets/gather.h"

#include <gmock/gmock.h>

#include "builders.h"

namespace cr::testing {
namespace {

using coder::ApiError;
using coder::ApiFault;
using coder::MembersRead;
using coder::UserStatus;
using reconcile::sets::OwnersRead;
using reconcile::sets::Reason;
using reconcile::sets::Sources;
using reconcile::sets::Users;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kUuid = "3C75E8C5-afa4-4029-87ff-58ac8bb133c1";
constexpr const char* kUuidInLowerCase = "3c75e8c5-afa4-4029-87ff-58ac8bb133c1";

class Gathered : public ::testing::Test {
 protected:
  OwnersRead gather(const SetBuilder& set) { return reconcile::sets::gather(set.value().owners, sources_); }
  static std::vector<std::string> names(const std::vector<reconcile::sets::Owner>& list) {
    std::vector<std::string> out;
    for (const auto& one : list) out.emplace_back(std::string_view(one.username));
    return out;
  }
  void organization_has(std::vector<coder::Member> members) {
    organization_ = whole_read(std::move(members));
    sources_.organization = &organization_;
  }
  void suspended_are(std::vector<coder::Member> users) {
    suspended_ = whole_read(std::move(users));
    sources_.suspended = &suspended_;
  }
  static MembersRead not_whole(MembersRead::Outcome outcome, ApiError error = {}) {
    MembersRead read;
    read.outcome = outcome;
    read.error = std::move(error);
    read.what_is_missing = "the token may read 3 of them";
    return read;
  }

  void shown(const char* uuid, std::uint32_t id, const char* username) {
    users_[uuid].user = coder::User{a_user_id(id), username, UserStatus::active};
  }
  void not_shown(const char* uuid) { users_[uuid].error = ApiError(ApiFault::not_found, "no such user"); }

  MembersRead organization_, group_, suspended_;
  coder::ApiResult<bool> sees_all_users_ = true;
  Users users_;
  reconcile::sets::Exceptions exceptions_;
  Sources sources_{nullptr, nullptr, nullptr, &sees_all_users_, &users_, &exceptions_};
};

TEST_F(Gathered, OwnersAreThoseOfTheListAndTheOrganizationButTheExceptions) {
  organization_has({a_member(1, "zoe"), a_member(2, "Alice"), a_member(3, "ci-bot")});
  suspended_are({});
  SetBuilder set;
  set.organization("coder").except({"CI-BOT"});
  auto wanted = set.value().owners;
  wanted.list = {"bob", "alice"};
  const OwnersRead read = reconcile::sets::gather(wanted, sources_);
  ASSERT_FALSE(read.problem);
  EXPECT_THAT(names(read.owners), ElementsAre("Alice", "bob", "zoe")) << "as Coder writes it, each once";
  EXPECT_EQ(read.owners[0].id, a_user_id(2));
}

TEST_F(Gathered, NamesThatDifferOnlyByCaseAreOneOwner) {
  suspended_are({});
  EXPECT_EQ(gather(SetBuilder().list({"alice", "ALICE", "Alice"})).owners.size(), 1U);
}

TEST_F(Gathered, SuspendedOnesAreApartWhoeverSaysIt) {
  organization_has({a_member(1, "alice", UserStatus::suspended), a_member(2, "bob", UserStatus::dormant)});
  OwnersRead read = gather(SetBuilder().organization("coder"));
  EXPECT_THAT(names(read.suspended), ElementsAre("alice"));
  EXPECT_THAT(names(read.owners), ElementsAre("bob")) << "who was not seen for long is still one";

  organization_has({a_member(1, "alice", UserStatus::unknown), a_member(2, "bob", UserStatus::unknown)});
  suspended_are({a_member(1, "alice")});
  read = gather(SetBuilder().organization("coder"));
  EXPECT_THAT(names(read.suspended), ElementsAre("alice"));
  EXPECT_FALSE(read.owners[0].active) << "nobody has said so";

  read = gather(SetBuilder().list({"ALICE", "carol"}));
  EXPECT_THAT(names(read.suspended), ElementsAre("ALICE"));
}

TEST_F(Gathered, WhoIsSuspendedIsAskedOnlyWhereNoListTellsIt) {
  organization_has({a_member(1, "alice")});
  EXPECT_FALSE(
      reconcile::sets::asks_who_is_suspended(SetBuilder().organization("coder").value().owners, sources_));
  organization_has({a_member(1, "alice", UserStatus::unknown)});
  EXPECT_TRUE(
      reconcile::sets::asks_who_is_suspended(SetBuilder().organization("coder").value().owners, sources_));
  EXPECT_TRUE(reconcile::sets::asks_who_is_suspended(SetBuilder().list({"bob"}).value().owners, {}));
}

TEST_F(Gathered, EverySourceThatIsNotWholeIsAProblemForAllOfThem) {
  suspended_are({});
  SetBuilder set;
  set.organization("coder");
  auto wanted = set.value().owners;
  wanted.list = {"alice"};
  EXPECT_TRUE(reconcile::sets::gather(wanted, sources_).problem) << "it was not read";

  const auto reason_of = [&](const MembersRead& read) {
    sources_.organization = &read;
    const OwnersRead gathered = reconcile::sets::gather(wanted, sources_);
    EXPECT_THAT(gathered.owners, IsEmpty());
    EXPECT_FALSE(gathered.problem->message.empty());
    return gathered.problem->reason;
  };
  using Outcome = MembersRead::Outcome;
  EXPECT_EQ(reason_of(not_whole(Outcome::incomplete)), Reason::Incomplete);
  EXPECT_EQ(reason_of(not_whole(Outcome::not_found)), Reason::OrganizationNotFound);
  EXPECT_EQ(reason_of(not_whole(Outcome::failed, ApiError(ApiFault::forbidden, "no"))), Reason::Forbidden);
  EXPECT_EQ(reason_of(not_whole(Outcome::failed, ApiError(ApiFault::unauthorized, "no"))),
            Reason::Unauthorized);
  EXPECT_EQ(reason_of(not_whole(Outcome::failed, ApiError(ApiFault::timeout, "no"))), Reason::Unreachable);
  EXPECT_EQ(reason_of(not_whole(Outcome::failed, ApiError(ApiFault::server, "no"))), Reason::NotRead);

  organization_has({a_member(1, "bob")});
  suspended_ = not_whole(Outcome::failed, ApiError(ApiFault::server, "no"));
  EXPECT_EQ(reconcile::sets::gather(wanted, sources_).problem->reason, Reason::NotRead)
      << "suspended users would look as if they were not";
}

TEST_F(Gathered, AServerWithoutGroupsIsToldToBeOne) {
  group_ = not_whole(MembersRead::Outcome::no_groups);
  sources_.group = &group_;
  const OwnersRead read = gather(SetBuilder().group("coder", "payments"));
  EXPECT_EQ(read.problem->reason, Reason::NoGroups);
  EXPECT_THAT(read.problem->message, HasSubstr("groups need a licensed server"));
  EXPECT_THAT(read.problem->message, HasSubstr("spec.owners.organization"));
  group_ = not_whole(MembersRead::Outcome::not_found);
  EXPECT_EQ(gather(SetBuilder().group("coder", "payments")).problem->reason, Reason::GroupNotFound);
}

TEST_F(Gathered, AUserByUuidHasTheirName) {
  suspended_are({});
  shown(kUuidInLowerCase, 7, "carol");
  SetBuilder set;
  set.list({kUuid, "bob", "Carol"});
  EXPECT_THAT(reconcile::sets::users_to_look_up(set.value().owners), ElementsAre(kUuidInLowerCase));
  EXPECT_THAT(names(gather(set).owners), ElementsAre("bob", "carol"));
  EXPECT_THAT(names(gather(set.except({kUuid})).owners), ElementsAre("bob"))
      << "whichever way they are named";
}

TEST_F(Gathered, AUserWhomCoderDoesNotKnowIsAnOwnerAndTheSetSaysSo) {
  suspended_are({});
  not_shown(kUuidInLowerCase);
  const OwnersRead read = gather(SetBuilder().list({kUuid, "bob"}));
  EXPECT_THAT(names(read.owners), ElementsAre(kUuid, "bob"));
  EXPECT_EQ(read.owners[0].id.to_string(), kUuidInLowerCase);
  EXPECT_THAT(read.unknown_owners, ElementsAre(HasSubstr(kUuid)));
}

TEST_F(Gathered, WhoIsListedByUuidStaysWhoTheyWereWhenCoderShowsThemNoMore) {
  suspended_are({});
  shown(kUuidInLowerCase, 7, "carol");
  EXPECT_THAT(gather(SetBuilder().list({kUuid, "bob"})).unknown_owners, IsEmpty());
  not_shown(kUuidInLowerCase);
  const OwnersRead read = gather(SetBuilder().list({kUuid, "bob"}));
  EXPECT_THAT(names(read.owners), ElementsAre("bob", "carol"));
  EXPECT_THAT(read.unknown_owners, ElementsAre(HasSubstr("(carol)")));
}

TEST_F(Gathered, AnExceptionByUuidStaysOneWhenCoderShowsThemNoMore) {
  organization_has({a_member(1, "alice"), {*reconcile::UserId::parse(kUuid), "carol", UserStatus::active}});
  suspended_are({});
  not_shown(kUuidInLowerCase);
  SetBuilder of_organization;
  of_organization.organization("coder").except({kUuid});
  const OwnersRead read = gather(of_organization);
  EXPECT_THAT(names(read.owners), ElementsAre("alice")) << "known by id, whatever the look-up says";
  EXPECT_THAT(read.odd_exceptions, ElementsAre(HasSubstr("they stay left out")));

  shown(kUuidInLowerCase, 7, "carol");
  EXPECT_THAT(names(gather(SetBuilder().list({"bob", "carol"}).except({kUuid})).owners), ElementsAre("bob"))
      << "known by the name that they had";
}

TEST_F(Gathered, AnExceptionByNameStaysOneUnderAnotherName) {
  organization_has({a_member(1, "alice"), a_member(2, "ci-bot")});
  SetBuilder set;
  set.organization("coder").except({"CI-Bot"});
  exceptions_ = gather(set).exceptions;
  EXPECT_EQ(exceptions_.at("ci-bot"), a_user_id(2));

  organization_has({a_member(1, "alice"), a_member(2, "robot")});
  OwnersRead read = gather(set);
  EXPECT_THAT(names(read.owners), ElementsAre("alice"));
  EXPECT_THAT(read.odd_exceptions, ElementsAre("ci-bot of spec.owners.except is called robot now, and stays "
                                               "left out; write that name"));
  EXPECT_EQ(read.exceptions, exceptions_) << "for the next cycles too";

  organization_has({a_member(1, "alice"), a_member(2, "robot"), a_member(3, "ci-bot")});
  EXPECT_THAT(names(gather(set).owners), ElementsAre("alice")) << "nobody can tell which of the two is meant";
  EXPECT_THAT(names(gather(set.except({})).owners), ElementsAre("alice", "ci-bot", "robot"));
}

TEST_F(Gathered, WhoIsListedByAUuidThatIsNotShownIsNoSecondOwner) {
  organization_has({{*reconcile::UserId::parse(kUuid), "carol", UserStatus::active}});
  suspended_are({});
  not_shown(kUuidInLowerCase);
  auto wanted = SetBuilder().organization("coder").value().owners;
  wanted.list = {kUuid};
  EXPECT_THAT(names(reconcile::sets::gather(wanted, sources_).owners), ElementsAre("carol"));
}

TEST_F(Gathered, ATokenThatSeesSomeUsersOnlyCannotTellWhoIsSuspended) {
  suspended_are({});
  const SetBuilder set = SetBuilder().list({"alice"});
  ASSERT_FALSE(gather(set).problem);
  sees_all_users_ = false;
  EXPECT_EQ(gather(set).problem->reason, Reason::Forbidden);
  EXPECT_THAT(gather(set).problem->message, HasSubstr("give its user a role that may (User Admin"));
  sees_all_users_ = ApiError(ApiFault::server, "sick");
  EXPECT_EQ(gather(set).problem->reason, Reason::NotRead);
  sources_.sees_all_users = nullptr;
  EXPECT_TRUE(gather(set).problem) << "it was not asked";
  organization_has({a_member(1, "alice")});
  EXPECT_FALSE(gather(SetBuilder().organization("coder")).problem) << "its members' rows tell it";
}

TEST_F(Gathered, AUserWhoCannotBeLookedUpIsNoRead) {
  suspended_are({});
  users_[kUuidInLowerCase].error = ApiError(ApiFault::server, "sick");
  EXPECT_TRUE(gather(SetBuilder().list({kUuid, "bob"})).problem);
  EXPECT_TRUE(gather(SetBuilder().list({"bob"}).except({kUuid})).problem)
      << "who is left out would be among the owners";
  shown(kUuidInLowerCase, 7, "carol");
  EXPECT_THAT(names(gather(SetBuilder().list({kUuid, "bob"})).owners), ElementsAre("bob", "carol"))
      << "what was known stands";
}

TEST_F(Gathered, TheOwnerOfPrebuiltWorkspacesIsNobody) {
  organization_has({a_member(1, "alice"), a_member(2, "prebuilds")});
  EXPECT_THAT(names(gather(SetBuilder().organization("coder")).owners), ElementsAre("alice"));
}

}  // namespace
}  // namespace cr::testing
