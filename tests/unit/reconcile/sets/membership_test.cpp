#include "reconcile/sets/membership.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <random>
#include <set>

#include "builders.h"
#include "reconcile/sets/status.h"

namespace cr::testing {
namespace {

using coder::ApiError;
using coder::ApiFault;
using reconcile::Ready;
using reconcile::sets::LeaveLimit;
using reconcile::sets::Membership;
using reconcile::sets::Owner;
using reconcile::sets::OwnersRead;
using reconcile::sets::Problem;
using reconcile::sets::Reason;
using reconcile::sets::SetStatus;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A set from cycle to cycle.
class Members : public ::testing::Test {
 protected:
  Members() { set_.dormant_on_leave(); }

  void reads(const std::vector<std::string>& names, const std::vector<std::string>& suspended = {}) {
    OwnersRead read;
    read.owners = owners(names);
    read.suspended = owners(suspended);
    take(std::move(read));
  }
  void fails(Reason reason = Reason::NotRead) {
    OwnersRead read;
    read.problem = Problem{reason, "no answer", ApiError(ApiFault::server, "sick")};
    take(std::move(read));
  }
  void take(OwnersRead read) {
    membership_.declare(set_.share());
    membership_.take(std::move(read), {limit_, {}}, now_, [&](const specs::WorkspaceSpec& spec) {
      return !not_own_.contains(std::string_view(spec.owner));
    });
    membership_.expand();
  }
  bool approve(std::string_view digest) { return membership_.approve(digest, now_); }
  [[nodiscard]] std::vector<std::string> members() const {
    std::vector<std::string> names;
    for (const auto& one : membership_.members()) names.emplace_back(std::string_view(one.owner.username));
    return names;
  }
  /// Whose workspaces are declared as dormant.
  [[nodiscard]] std::vector<std::string> asleep() const {
    std::vector<std::string> names;
    for (const auto& one : membership_.leavers()) {
      if (one.asleep) names.emplace_back(std::string_view(one.asleep->owner));
    }
    return names;
  }
  [[nodiscard]] SetStatus status() const { return reconcile::sets::status_of(membership_, {}); }
  static std::vector<std::string> many(std::size_t from, std::size_t count) {
    std::vector<std::string> names;
    names.reserve(count);
    for (std::size_t i = 0; i < count; ++i) names.push_back(fmt::format("user-{:03}", from + i));
    return names;
  }

  SetBuilder set_;
  reconcile::ChangeLimit limit_;
  std::set<std::string, std::less<>> not_own_;
  Membership membership_;
  async::SteadyTime now_{};
};

TEST_F(Members, ComeAndGo) {
  reads({"alice", "bob"});
  EXPECT_THAT(members(), ElementsAre("alice", "bob"));
  reads({"bob", "carol"});
  EXPECT_THAT(members(), ElementsAre("bob", "carol"));
  EXPECT_THAT(asleep(), ElementsAre("alice"));
  EXPECT_EQ(status().members, 2U);
  EXPECT_EQ(status().left, 1U);
  EXPECT_EQ(status().reason, Reason::Resolved);
}

TEST_F(Members, WhoComesBackHasTheirWorkspaceAgain) {
  reads({"alice", "bob"});
  reads({"bob"});
  reads({"alice", "bob"});
  EXPECT_THAT(members(), ElementsAre("alice", "bob"));
  EXPECT_THAT(membership_.leavers(), IsEmpty());
}

TEST_F(Members, AReadThatFailsKeepsThem) {
  reads({"alice", "bob"});
  for (const Reason reason : {Reason::NotRead, Reason::Incomplete, Reason::Forbidden, Reason::NoGroups,
                              Reason::OrganizationNotFound, Reason::GroupNotFound, Reason::Unauthorized}) {
    fails(reason);
    EXPECT_THAT(members(), ElementsAre("alice", "bob"));
    EXPECT_THAT(asleep(), IsEmpty());
    EXPECT_EQ(status().reason, reason);
    EXPECT_NE(reconcile::sets::ready_of(status().reason), Ready::True);
    EXPECT_EQ(status().unread, 2U);
    EXPECT_THAT(status().message, HasSubstr("the 2 owners known before stay as they are"));
  }
  reads({"alice", "bob"});
  EXPECT_EQ(status().unread, 0U);
}

TEST_F(Members, AfterAStartAReadThatFailsLeavesNone) {
  fails();
  EXPECT_THAT(members(), IsEmpty());
  EXPECT_EQ(reconcile::sets::ready_of(status().reason), Ready::Unknown);
  EXPECT_THAT(status().message, HasSubstr("nothing is declared"));
}

TEST_F(Members, StayTheSameObjectsWhileNothingChanges) {
  reads({"alice", "bob"});
  const auto alice = membership_.members()[0].workspace;
  const auto version = membership_.version();
  reads({"alice", "bob"});
  EXPECT_EQ(membership_.members()[0].workspace, alice);
  EXPECT_EQ(membership_.version(), version);
  fails();
  EXPECT_EQ(membership_.version(), version);
  reads({"alice", "bob", "carol"});
  EXPECT_EQ(membership_.members()[0].workspace, alice) << "others who come do not matter";
  EXPECT_NE(membership_.version(), version);
}

TEST_F(Members, OfAChangedSetHaveItsWorkspacesAlsoWhileTheyCannotBeRead) {
  reads({"alice"});
  set_.workspace().body.edit().template_ref = "kubernetes";
  fails();
  EXPECT_EQ(membership_.members()[0].workspace->body->template_ref, "kubernetes");
}

TEST_F(Members, WhoIsSuspendedHasLeft) {
  reads({"alice", "bob"});
  reads({"bob"}, {"alice"});
  EXPECT_THAT(members(), ElementsAre("bob"));
  EXPECT_THAT(asleep(), ElementsAre("alice"));
}

TEST_F(Members, WhoWasSuspendedAndIsNoLongerSaidToBeIsInDoubt) {
  reads({"alice", "bob"});
  reads({"bob"}, {"alice"});
  OwnersRead read;
  read.owners = owners({"alice", "bob"});
  EXPECT_THAT(membership_.in_doubt(read), IsEmpty()) << "Coder says that she is active";
  for (Owner& one : read.owners) one.active = false;
  ASSERT_EQ(membership_.in_doubt(read).size(), 1U);
  EXPECT_EQ(membership_.in_doubt(read)[0].username, "alice");
}

TEST_F(Members, MoreThanTheLimitStayUntilAPersonAgrees) {
  reads(many(0, 40));
  reads(many(12, 28));
  EXPECT_EQ(members().size(), 28U) << "12 of 40 are 30 %";
  reads(many(22, 18));
  EXPECT_EQ(members().size(), 18U) << "ten may always go";
  reads(many(33, 7));
  EXPECT_EQ(members().size(), 18U) << "eleven may not";
  EXPECT_EQ(status().reason, Reason::Held);
  EXPECT_EQ(status().held, 11U);
  EXPECT_THAT(status().message, HasSubstr("11 of 18 owners would leave at once"));
  EXPECT_THAT(status().message, HasSubstr(status().digest));
  const std::size_t asleep_before = asleep().size();

  EXPECT_FALSE(approve("something else"));
  reads(many(33, 7));
  EXPECT_EQ(members().size(), 18U);
  EXPECT_TRUE(approve(status().digest));
  reads(many(33, 7));
  EXPECT_EQ(members().size(), 7U);
  EXPECT_EQ(asleep().size(), asleep_before + 11);
  EXPECT_EQ(status().reason, Reason::Resolved);
}

TEST_F(Members, AnApprovalIsForThoseWhoWereSeen) {
  reads(many(0, 20));
  reads(many(11, 9));
  ASSERT_TRUE(approve(status().digest));
  reads(many(12, 8));
  EXPECT_EQ(members().size(), 20U) << "one more is missing now";
  EXPECT_EQ(status().held, 12U);
}

TEST_F(Members, AnApprovalLastsUntilItIsUsedAndThroughReadsThatFail) {
  reads(many(0, 20));
  reads(many(11, 9));
  const std::string digest = status().digest;
  ASSERT_TRUE(approve(digest));
  fails();
  EXPECT_EQ(members().size(), 20U);
  reads(many(11, 9));
  EXPECT_EQ(members().size(), 9U);

  reads(many(0, 20));
  reads(many(11, 9));
  EXPECT_EQ(status().digest, digest);
  EXPECT_EQ(members().size(), 20U) << "the same ones leave again, and nobody has agreed to that";
}

TEST_F(Members, AnApprovalEndsWithOtherPeople) {
  reads(many(0, 20));
  reads(many(11, 9));
  const std::string digest = status().digest;
  ASSERT_TRUE(approve(digest));
  reads(many(12, 8));
  reads(many(11, 9));
  EXPECT_EQ(status().digest, digest);
  EXPECT_EQ(members().size(), 20U);
  ASSERT_TRUE(approve(digest));
  reads(many(0, 20));
  reads(many(11, 9));
  EXPECT_EQ(members().size(), 20U) << "all had come back meanwhile";
}

TEST_F(Members, AnApprovalEndsWithTheSetsChange) {
  reads(many(0, 20));
  reads(many(11, 9));
  ASSERT_TRUE(approve(status().digest));
  set_.workspace().body.edit().template_ref = "kubernetes";
  reads(many(11, 9));
  EXPECT_EQ(members().size(), 20U);
  EXPECT_EQ(status().reason, Reason::Held);
}

TEST_F(Members, AnApprovalEndsAfterADay) {
  reads(many(0, 20));
  reads(many(11, 9));
  ASSERT_TRUE(approve(status().digest));
  now_ += reconcile::sets::kApprovalIsGoodFor;
  reads(many(11, 9));
  EXPECT_EQ(members().size(), 20U);
  ASSERT_TRUE(approve(status().digest));
  now_ += reconcile::sets::kApprovalIsGoodFor - std::chrono::seconds(1);
  reads(many(11, 9));
  EXPECT_EQ(members().size(), 9U);
}

TEST_F(Members, OfAChangedSetThatSaysTheSameOfThemStayTheSameObjects) {
  reads({"alice", "bob"});
  const auto alice = membership_.members()[0].workspace;
  set_.except({"ci-bot"});
  reads({"alice", "bob"});
  EXPECT_EQ(membership_.members()[0].workspace, alice);
  set_.workspace().body.edit().template_ref = "kubernetes";
  reads({"alice", "bob"});
  EXPECT_NE(membership_.members()[0].workspace, alice);
}

TEST_F(Members, WhomCoderDoesNotShowAreTold) {
  OwnersRead read;
  read.owners = owners({"alice"});
  read.odd_exceptions = {"ci-bot is called robot now"};
  take(read);
  EXPECT_EQ(status().reason, Reason::Resolved) << "all is as the set wants it";
  EXPECT_EQ(status().message, "ci-bot is called robot now");
  read.unknown_owners = {"user 1 is not known to Coder", "user 2 is not known to Coder"};
  take(read);
  EXPECT_EQ(status().reason, Reason::UserNotFound);
  EXPECT_EQ(reconcile::sets::ready_of(status().reason), Ready::False);
  EXPECT_EQ(status().message, "user 1 is not known to Coder; and 1 more like it");
  EXPECT_EQ(status().members, 1U);
}

TEST_F(Members, WhoHadAWorkspaceBeforeThisProcessBeganHasLeft) {
  reads({"alice"});
  ASSERT_TRUE(membership_.wants_former(now_));
  membership_.know_former(owners({"alice", "bob"}), {"gus/dev is left alone"});
  membership_.expand();
  EXPECT_THAT(asleep(), ElementsAre("bob")) << "alice is a member";
  EXPECT_EQ(status().left, 1U);
  EXPECT_EQ(status().reason, Reason::Resolved);
  EXPECT_EQ(status().message, "gus/dev is left alone");
  EXPECT_FALSE(membership_.wants_former(now_)) << "once is enough";
  reads({"alice", "bob"});
  EXPECT_THAT(asleep(), IsEmpty());
}

TEST_F(Members, WhoHadAWorkspaceBeforeIsAskedOnlyWhereItMattersAndTheOwnersAreKnown) {
  fails();
  EXPECT_FALSE(membership_.wants_former(now_)) << "everybody would look like one";
  reads({});
  EXPECT_FALSE(membership_.wants_former(now_));
  reads({"alice"});
  EXPECT_TRUE(membership_.wants_former(now_));
  membership_.postpone_former("later", now_ + std::chrono::minutes(10));
  EXPECT_FALSE(membership_.wants_former(now_));
  EXPECT_EQ(status().message, "later");
  EXPECT_TRUE(membership_.wants_former(now_ + std::chrono::minutes(10)));
  set_ = SetBuilder();
  reads({"alice"});
  EXPECT_FALSE(membership_.wants_former(now_ + std::chrono::minutes(10))) << "nothing becomes of it";
  EXPECT_EQ(status().message, "");
}

TEST_F(Members, AnEmptiedListIsHeldHoweverFewTheyAre) {
  reads({"alice"});
  reads({});
  EXPECT_THAT(members(), ElementsAre("alice"));
  EXPECT_THAT(asleep(), IsEmpty());
  EXPECT_EQ(status().reason, Reason::Held);
  EXPECT_THAT(status().message, HasSubstr("nobody is an owner any more"));
}

TEST_F(Members, WhoeverIsNewComesInWhileOthersAreHeld) {
  reads(many(0, 20));
  auto names = many(15, 5);
  names.insert(names.begin(), "alice");
  reads(names);
  EXPECT_EQ(members().size(), 21U);
  EXPECT_EQ(members()[0], "alice");
}

TEST_F(Members, WhoHasAnotherNameHasNotLeft) {
  OwnersRead read;
  read.owners = {{specs::SharedText("alice"), a_user_id(1), true},
                 {specs::SharedText("bob"), a_user_id(2), true}};
  take(std::move(read));
  OwnersRead renamed;
  renamed.owners = {{specs::SharedText("bob"), a_user_id(2), true},
                    {specs::SharedText("zoe"), a_user_id(1), true}};
  EXPECT_FALSE(membership_.misses_any(renamed));
  take(std::move(renamed));
  EXPECT_THAT(members(), ElementsAre("bob", "zoe"));
  EXPECT_THAT(membership_.leavers(), IsEmpty());
}

TEST_F(Members, LeavingKeepsWhatIsThereUnlessTheSetSaysOtherwise) {
  SetBuilder keeping;
  set_ = keeping;
  reads({"alice", "bob"});
  reads({"bob"});
  EXPECT_THAT(asleep(), IsEmpty());
  EXPECT_EQ(status().left, 1U);
  set_.dormant_on_leave();
  reads({"bob"});
  EXPECT_THAT(asleep(), ElementsAre("alice")) << "she was a member in this process";
}

TEST_F(Members, NothingIsDeclaredOfALeaversWorkspaceThatWasNeverTheSets) {
  reads({"alice", "bob"});
  not_own_ = {"alice"};
  reads({});
  EXPECT_EQ(status().reason, Reason::Held);
  reads({"carol"});
  EXPECT_THAT(asleep(), ElementsAre("bob"));
}

TEST_F(Members, NothingIsDeclaredOfALeaversWorkspaceThatIsNoMore) {
  reads({"alice", "bob"});
  reads({"bob"});
  const auto version = membership_.version();
  membership_.forget([](const specs::WorkspaceSpec& spec) { return spec.owner == "alice"; });
  EXPECT_THAT(asleep(), IsEmpty());
  EXPECT_NE(membership_.version(), version);
  reads({"bob"});
  EXPECT_THAT(asleep(), IsEmpty());
}

/// Members come and go, and reads fail or tell of people that vanish by the dozen. The promise: nobody is a
/// member, and nobody's workspace is put to sleep, whom a whole read would not have told to be so, and never
/// more at once than may.
TEST_F(Members, HoweverReadsFailNothingHappensThatAWholeReadWouldNotHaveCalledFor) {
  std::size_t held = 0, failed = 0, left = 0;
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const auto chance = [&](unsigned percent) { return random() % 100 < percent; };
    membership_ = Membership();
    std::set<std::string> there, ever;
    std::set<std::string> told;  // by the last whole read
    for (int cycle = 0; cycle < 40; ++cycle) {
      // Now and then most of them at once.
      const unsigned moving = chance(10) ? 70 : 4;
      for (const std::string& name : many(0, 30)) {
        if (!chance(moving)) continue;
        if (!there.erase(name)) there.insert(name);
      }
      const std::vector<std::string> before = members();
      if (chance(30)) {
        fails();
        ++failed;
        ASSERT_EQ(members(), before);
      } else {
        reads({there.begin(), there.end()});
        told = there;
        ever.insert(there.begin(), there.end());
        if (membership_.held() > 0) {
          ++held;
          EXPECT_TRUE(there.empty() || membership_.held() > 10) << "ten may always go";
        } else {
          ASSERT_EQ(members(), std::vector<std::string>(there.begin(), there.end()));
        }
      }
      for (const std::string& name : members()) ASSERT_TRUE(ever.contains(name));
      for (const std::string& name : asleep()) {
        ++left;
        ASSERT_TRUE(ever.contains(name)) << "never a member";
        ASSERT_FALSE(told.contains(name)) << "the last whole read has told that they are one";
      }
      const std::vector<std::string> now = members();
      const auto gone = std::ranges::count_if(
          before, [&](const std::string& name) { return std::ranges::find(now, name) == now.end(); });
      ASSERT_LE(static_cast<std::size_t>(gone), limit_.for_declared(before.size()));
    }
  }
  EXPECT_GT(held, 20U);
  EXPECT_GT(failed, 1'000U);
  EXPECT_GT(left, 1'000U);
}

}  // namespace
}  // namespace cr::testing
