// How a revision comes to be live, as its commit's status tells it.
#include "daemon/commit/rollout.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rollout_fixture.h"

namespace cr::daemon {
namespace {

/// Of a set "team" that is for these alone.
std::shared_ptr<const specs::DesiredState> with_owners(const std::string& revision,
                                                       std::vector<std::string> owners) {
  auto desired = std::make_shared<specs::DesiredState>(*a_state(revision, {}));
  auto set = std::make_shared<specs::WorkspaceSet>(*a_set_spec("team", "a"));
  set->owners.list = std::move(owners);
  desired->sets = {set};
  return desired;
}

/// A daemon whose cycles are a minute apart.
class RolloutTest : public ::testing::Test {
 protected:
  std::string see(std::shared_ptr<const specs::DesiredState> desired) {
    desired_ = desired;
    return shown(rollout_.see(std::move(desired), now_));
  }
  std::string see(const std::string& revision, const Documents& documents, std::uint32_t line = 1) {
    return see(a_state(revision, documents, line));
  }
  [[nodiscard]] CycleReport a_report(const Reasons& reasons, const std::vector<SpecPtr>& members = {}) const {
    CycleReport report;
    report.result = reasons.empty() ? CycleResult::in_sync : CycleResult::partial;
    report.revision = desired_->revision;
    std::vector<SpecPtr> all(desired_->specs.begin(), desired_->specs.end());
    all.insert(all.end(), members.begin(), members.end());
    std::ranges::sort(all, [](const auto& a, const auto& b) { return compare_identities(*a, *b) < 0; });
    for (const SpecPtr& spec : all) {
      reconcile::WorkspaceStatus row;
      row.spec = spec;
      const auto reason = reasons.find(spec->name);
      row.ready.reason = reason == reasons.end() ? Reason::InSync : reason->second;
      report.workspaces.push_back(std::move(row));
    }
    return report;
  }
  std::string hear(CycleReport report) {
    now_ += 1min;
    report.ended = now_;
    return shown(rollout_.hear(report));
  }
  std::string hear(const Reasons& reasons = {}) { return hear(a_report(reasons)); }
  std::string hear_failed(coder::ApiFault fault = coder::ApiFault::unreachable) {
    CycleReport report = testing::a_failed_report(fault, "refused");
    report.revision = desired_->revision;
    return hear(std::move(report));
  }
  CycleReport with_set(CycleReport report, const std::string& name, SetReason reason) const {
    report.sets.push_back(testing::a_set(name, reason));
    return report;
  }
  /// A process that has long been running and has told of "r0".
  void settle(const Documents& documents = {{"w0", "a"}, {"w1", "a"}, {"w2", "a"}}) {
    see("r0", documents);
    EXPECT_EQ(hear(), fmt::format("r0 success: {} workspaces converged", documents.size()));
  }

  Rollout rollout_;
  std::shared_ptr<const specs::DesiredState> desired_;
  async::WallTime now_{};
};

TEST_F(RolloutTest, ARevisionIsPendingWhenItIsSeenAndASuccessWhenWhatItChangedHasConverged) {
  settle();
  EXPECT_EQ(see("r1", {{"w0", "b"}, {"w1", "b"}, {"w2", "a"}}), "r1 pending: 0 of 2 workspaces converged");
  EXPECT_EQ(hear({{"w0", Reason::Updating}, {"w1", Reason::Creating}}), "");
  EXPECT_EQ(hear({{"w1", Reason::Creating}}), "");
  EXPECT_EQ(hear(), "r1 success: 2 workspaces converged");
  EXPECT_EQ(hear(), "");
}

TEST_F(RolloutTest, WhatItDidNotChangeNeitherHoldsItUpNorMakesItFail) {
  settle();
  see("r1", {{"w0", "b"}, {"w1", "a"}, {"w2", "a"}});
  EXPECT_EQ(hear({{"w1", Reason::Forbidden}, {"w2", Reason::NotRead}}), "r1 success: 1 workspace converged");
}

TEST_F(RolloutTest, WhatWaitsForAPersonIsAFailureWithItsNumberAndNames) {
  settle();
  see("r1", {{"w0", "b"}, {"w1", "b"}, {"w2", "b"}});
  EXPECT_EQ(hear({{"w0", Reason::Forbidden}, {"w1", Reason::Creating}, {"w2", Reason::BuildFailed}}),
            "r1 failure: 2 workspaces need a person: alice/w0 Forbidden, alice/w2 BuildFailed");
  EXPECT_EQ(hear({{"w0", Reason::Forbidden}, {"w2", Reason::BuildFailed}}), "") << "nothing changed";
  EXPECT_EQ(hear(), "r1 success: 3 workspaces converged") << "at once";
}

TEST_F(RolloutTest, AHeldPlanIsAFailureUntilItIsApprovedAndDone) {
  settle();
  see("r1", {{"w0", "b"}, {"w1", "b"}, {"w2", "a"}});
  CycleReport held = a_report({{"w0", Reason::Held}, {"w1", Reason::Held}});
  held.result = CycleResult::held;
  EXPECT_EQ(hear(held), "r1 failure: 2 workspaces need a person: alice/w0 Held, alice/w1 Held");
  EXPECT_EQ(hear({{"w0", Reason::Creating}, {"w1", Reason::Creating}}), "");
  EXPECT_EQ(hear(), "r1 success: 2 workspaces converged");
}

TEST_F(RolloutTest, WhatIsOnItsWayIsPendingHoweverLongItTakes) {
  settle();
  see("r1", {{"w0", "b"}, {"w1", "a"}, {"w2", "a"}});
  for (const Reason reason :
       {Reason::Creating, Reason::Updating, Reason::Stopping, Reason::InUse, Reason::BackingOff,
        Reason::RateLimited, Reason::NotRead, Reason::Unauthorized, Reason::Unreachable})
    EXPECT_EQ(hear({{"w0", reason}}), "") << reconcile::to_string(reason);
}

TEST_F(RolloutTest, WhoseOrderIsToLeaveItAloneHasConverged) {
  settle();
  see("r1", {{"w0", "b"}, {"w1", "a"}, {"w2", "a"}});
  EXPECT_EQ(hear({{"w0", Reason::Suspended}}), "r1 success: 1 workspace converged");
}

TEST_F(RolloutTest, WhatIsOnlyReportedIsNotAsDeclaredAndSaysSo) {
  settle();
  see("r1", {{"w0", "b"}, {"w1", "b"}, {"w2", "a"}});
  EXPECT_EQ(hear({{"w0", Reason::Drifted}, {"w1", Reason::Missing}}),
            "r1 failure: 2 workspaces need a person: alice/w0 Drifted, alice/w1 Missing");
}

TEST_F(RolloutTest, ABrokenReadNeverLooksLikeConverged) {
  settle();
  see("r1", {{"w0", "b"}, {"w1", "a"}, {"w2", "a"}});
  EXPECT_EQ(hear_failed(), "");
  EXPECT_EQ(hear_failed(coder::ApiFault::unauthorized), "");
  CycleReport without_rows = a_report({});
  without_rows.workspaces = {};
  EXPECT_EQ(hear(without_rows), "");
  CycleReport of_another = a_report({});
  of_another.revision = "r0";
  EXPECT_EQ(hear(of_another), "");
  EXPECT_EQ(hear({{"w0", Reason::NotRead}}), "");
  EXPECT_EQ(hear(), "r1 success: 1 workspace converged");
}

TEST_F(RolloutTest, ACycleThatFailsChangesNothingOfAFailure) {
  settle();
  see("r1", {{"w0", "b"}, {"w1", "a"}, {"w2", "a"}});
  hear({{"w0", Reason::Forbidden}});
  for (int i = 0; i < 30; ++i) EXPECT_EQ(hear_failed(), "");
}

TEST_F(RolloutTest, ARevisionOfCommentsAloneIsASuccessInTheNextCycleThatCanRead) {
  settle();
  EXPECT_EQ(see("r1", {{"w0", "a"}, {"w1", "a"}, {"w2", "a"}}, 7), "r1 pending: no workspace has to change");
  EXPECT_EQ(hear_failed(), "");
  EXPECT_EQ(hear({{"w1", Reason::Forbidden}}), "r1 success: no workspace had to change");
}

TEST_F(RolloutTest, ARevisionThatTakesSpecsAwayIsASuccessInTheNextCycle) {
  settle();
  EXPECT_EQ(see("r1", {{"w0", "a"}}), "r1 pending: no workspace has to change");
  EXPECT_EQ(hear(), "r1 success: no workspace had to change");
}

TEST_F(RolloutTest, EachWorkspaceHasToConvergeOnceAndNotAllAtTheSameTime) {
  settle();
  see("r1", {{"w0", "b"}, {"w1", "b"}, {"w2", "a"}});
  EXPECT_EQ(hear({{"w1", Reason::Creating}}), "");
  EXPECT_EQ(hear({{"w0", Reason::Updating}}), "r1 success: 2 workspaces converged") << "w0 drifted meanwhile";
}

TEST_F(RolloutTest, ASuccessIsTheLastWord) {
  settle();
  see("r1", {{"w0", "b"}, {"w1", "a"}, {"w2", "a"}});
  hear();
  EXPECT_EQ(hear({{"w0", Reason::BuildFailed}}), "");
  EXPECT_EQ(see("r1", {{"w0", "c"}, {"w1", "a"}, {"w2", "a"}}), "") << "somebody edits the checkout";
  EXPECT_EQ(hear({{"w0", Reason::BuildFailed}}), "");
}

TEST_F(RolloutTest, WhatChangesInACheckoutBeforeItsRevisionDoesIsTheNextRevisions) {
  settle();
  EXPECT_EQ(see("r0", {{"w0", "b"}, {"w1", "a"}, {"w2", "a"}}), "");
  EXPECT_EQ(hear({{"w0", Reason::Creating}}), "");
  EXPECT_EQ(see("r1", {{"w0", "b"}, {"w1", "a"}, {"w2", "a"}}), "r1 pending: 0 of 1 workspace converged");
  EXPECT_EQ(hear({{"w0", Reason::Forbidden}}), "r1 failure: 1 workspace needs a person: alice/w0 Forbidden");
}

TEST_F(RolloutTest, WhatIsTakenOutOfACheckoutIsNotWaitedFor) {
  settle();
  see("r1", {{"w0", "b"}, {"w1", "b"}, {"w2", "a"}});
  hear({{"w0", Reason::Creating}, {"w1", Reason::Creating}});
  see("r1", {{"w1", "b"}, {"w2", "a"}});
  EXPECT_EQ(hear(), "r1 success: 1 workspace converged");
}

TEST_F(RolloutTest, DocumentsThatAreLeftOutAreAFailureThoughCoderIsAway) {
  settle();
  auto desired = std::make_shared<specs::DesiredState>(*a_state("r1", {{"w0", "a"}, {"w1", "a"}}));
  desired->invalid_documents = 1;
  EXPECT_EQ(see(desired), "r1 pending: no workspace has to change");
  EXPECT_EQ(hear_failed(), "r1 failure: 1 document left out as invalid");
  EXPECT_EQ(hear(), "");
}

TEST_F(RolloutTest, AFailureThatIsOverIsPendingWhenItHasLasted) {
  settle();
  see("r1", {{"w0", "b"}, {"w1", "a"}, {"w2", "a"}});
  EXPECT_NE(hear({{"w0", Reason::BuildFailed}}), "");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(hear({{"w0", Reason::Creating}}), "");
  EXPECT_EQ(hear({{"w0", Reason::Creating}}), "r1 pending: 0 of 1 workspace converged");
  EXPECT_NE(hear({{"w0", Reason::BuildFailed}}), "") << "at once";
}

TEST_F(RolloutTest, BuildsThatFailAgainAndAgainAreOneFailure) {
  settle();
  see("r1", {{"w0", "b"}, {"w1", "a"}, {"w2", "a"}});
  hear({{"w0", Reason::BuildFailed}});
  for (int i = 0; i < 60; ++i)
    EXPECT_EQ(hear({{"w0", i % 4 == 3 ? Reason::BuildFailed : Reason::Creating}}), "") << i;
}

TEST_F(RolloutTest, AFailuresNumbersAreToldAnewEveryFiveMinutesAtMost) {
  settle();
  see("r1", {{"w0", "b"}, {"w1", "b"}, {"w2", "b"}});
  std::vector<std::string> told;
  for (int i = 0; i < 60; ++i) {
    const std::string one =
        hear({{"w0", Reason::Forbidden}, {"w1", i % 2 == 0 ? Reason::Forbidden : Reason::Creating}});
    if (!one.empty()) told.push_back(one);
  }
  EXPECT_LE(told.size(), 13U);
  EXPECT_GT(told.size(), 1U);
}

TEST_F(RolloutTest, OfWhatNeverComesToRestAForgeIsToldABoundedNumberAndTheEnd) {
  settle();
  see("r1", {{"w0", "b"}, {"w1", "a"}, {"w2", "a"}});
  std::size_t told = 1;
  for (int i = 0; i < 8'000; ++i)
    told += hear({{"w0", i % 8 == 0 ? Reason::BuildFailed : Reason::Creating}}).empty() ? 0 : 1;
  EXPECT_EQ(told, Rollout::kMostOfOne);
  EXPECT_EQ(hear(), "r1 success: 1 workspace converged");
}

TEST_F(RolloutTest, WhatAReplacedRevisionHadNotBroughtToItsEndIsTheNextOnes) {
  settle();
  see("r1", {{"w0", "b"}, {"w1", "b"}, {"w2", "a"}});
  EXPECT_EQ(hear({{"w0", Reason::Creating}}), "");
  EXPECT_EQ(see("r2", {{"w0", "b"}, {"w1", "b"}, {"w2", "b"}}), "r2 pending: 0 of 2 workspaces converged");
  EXPECT_EQ(hear({{"w0", Reason::Creating}}), "") << "else nobody would ever be told of w0";
  EXPECT_EQ(hear(), "r2 success: 2 workspaces converged");
}

TEST_F(RolloutTest, WhatHasBeenToldToWaitForAPersonMakesNoLaterRevisionFail) {
  settle();
  see("r1", {{"w0", "b"}, {"w1", "a"}, {"w2", "a"}});
  hear({{"w0", Reason::Forbidden}});
  see("r2", {{"w0", "b"}, {"w1", "b"}, {"w2", "a"}});
  EXPECT_EQ(hear({{"w0", Reason::Forbidden}}), "r2 success: 1 workspace converged");
}

TEST_F(RolloutTest, ARevisionThatComesBackIsANewOne) {
  settle();
  see("r1", {{"w0", "b"}, {"w1", "a"}, {"w2", "a"}});
  hear();
  EXPECT_EQ(see("r0", {{"w0", "a"}, {"w1", "a"}, {"w2", "a"}}), "r0 pending: 0 of 1 workspace converged");
  EXPECT_EQ(hear(), "r0 success: 1 workspace converged");
}

TEST_F(RolloutTest, AfterAStartNothingIsToldBeforeAWholeCycleAndAllThatIsDeclaredCounts) {
  EXPECT_EQ(see("r0", {{"w0", "a"}, {"w1", "a"}}), "") << "it may be a success already";
  EXPECT_EQ(hear_failed(), "");
  EXPECT_EQ(hear({{"w0", Reason::Updating}, {"w1", Reason::NotRead}}), "");
  EXPECT_EQ(hear({{"w0", Reason::Updating}}), "r0 pending: 1 of 2 workspaces converged");
  EXPECT_EQ(hear(), "r0 success: 2 workspaces converged");
}

TEST_F(RolloutTest, ARestartTurnsNoSuccessIntoPending) {
  see("r0", {{"w0", "a"}, {"w1", "a"}});
  EXPECT_EQ(hear({{"w1", Reason::NotRead}}), "");
  EXPECT_EQ(hear(), "r0 success: 2 workspaces converged");
}

TEST_F(RolloutTest, ARevisionThatComesBeforeTheFirstCycleIsPendingAtOnce) {
  see("r0", {{"w0", "a"}, {"w1", "a"}});
  EXPECT_EQ(see("r1", {{"w0", "b"}, {"w1", "a"}}), "r1 pending: 0 of 2 workspaces converged");
}

TEST_F(RolloutTest, MembersOfASetThatChangedCountOnceItIsResolved) {
  auto with_set_of = [](const std::string& revision, const std::string& says) {
    auto desired = std::make_shared<specs::DesiredState>(*a_state(revision, {{"w0", "a"}}));
    desired->sets = {a_set_spec("team", says)};
    return desired;
  };
  const auto members = [](const std::string& says) {
    return std::vector<SpecPtr>{a_workspace("m1", says, "team"), a_workspace("m2", says, "team")};
  };
  see(with_set_of("r0", "a"));
  EXPECT_EQ(hear(with_set(a_report({}, members("a")), "team", SetReason::Resolved)),
            "r0 success: 3 workspaces converged");
  EXPECT_EQ(see(with_set_of("r1", "b")), "r1 pending: 1 set to resolve");
  // A set that cannot be read keeps its members, with the new template.
  const Reasons creating{{"m1", Reason::Creating}};
  EXPECT_EQ(hear(with_set(a_report(creating, members("b")), "team", SetReason::NotRead)), "");
  EXPECT_EQ(hear(with_set(a_report(creating, members("b")), "team", SetReason::NoOwners)),
            "r1 failure: 1 set needs a person: team NoOwners");
  EXPECT_EQ(hear(with_set(a_report({{"m1", Reason::Creating}}, members("b")), "team", SetReason::Resolved)),
            "");
  EXPECT_EQ(hear(with_set(a_report({}, members("b")), "team", SetReason::Resolved)),
            "r1 success: 2 workspaces converged");
}

TEST_F(RolloutTest, OfASetThatIsEditedInTheCheckoutItsOtherMembersStayAsTheyAre) {
  const SpecPtr m1 = a_workspace("m1", "a", "team");
  const SpecPtr m2 = a_workspace("m2", "a", "team");
  see(with_owners("r0", {"m1"}));
  EXPECT_NE(hear(with_set(a_report({}, {m1}), "team", SetReason::Resolved)), "");
  see(with_owners("r0", {"m1", "m2"}));
  EXPECT_EQ(hear(with_set(a_report({{"m1", Reason::Forbidden}, {"m2", Reason::Creating}}, {m1, m2}), "team",
                          SetReason::Resolved)),
            "");
  EXPECT_EQ(see(with_owners("r1", {"m1", "m2"})), "r1 pending: 0 of 1 workspace converged");
}

TEST_F(RolloutTest, WhoLeavesASetIsNotWaitedFor) {
  const SpecPtr m1 = a_workspace("m1", "a", "team");
  const SpecPtr m2 = a_workspace("m2", "a", "team");
  see(with_owners("r0", {"m1"}));
  EXPECT_NE(hear(with_set(a_report({}, {m1}), "team", SetReason::Resolved)), "");
  see(with_owners("r1", {"m1", "m2"}));
  EXPECT_EQ(hear(with_set(a_report({{"m1", Reason::Forbidden}, {"m2", Reason::Creating}}, {m1, m2}), "team",
                          SetReason::Resolved)),
            "")
      << "m1 is as it was";
  EXPECT_EQ(hear(with_set(a_report({}, {m1}), "team", SetReason::Resolved)),
            "r1 success: no workspace had to change");
}

TEST_F(RolloutTest, ASetThatWasNotResolvedInTimeIsResolvedByTheNextRevision) {
  auto with_set_of = [](const std::string& revision, const std::string& says, const Documents& documents) {
    auto desired = std::make_shared<specs::DesiredState>(*a_state(revision, documents));
    desired->sets = {a_set_spec("team", says)};
    return desired;
  };
  const std::vector<SpecPtr> old{a_workspace("m1", "a", "team")};
  const std::vector<SpecPtr> fresh{a_workspace("m1", "b", "team")};
  see(with_set_of("r0", "a", {{"w0", "a"}}));
  hear(with_set(a_report({}, old), "team", SetReason::Resolved));
  see(with_set_of("r1", "b", {{"w0", "a"}}));
  hear(with_set(a_report({{"m1", Reason::NotRead}}, fresh), "team", SetReason::NotRead));
  EXPECT_EQ(see(with_set_of("r2", "b", {{"w0", "b"}})),
            "r2 pending: 0 of 2 workspaces converged; 1 set to resolve");
  EXPECT_EQ(hear(with_set(a_report({{"m1", Reason::Updating}}, fresh), "team", SetReason::Resolved)), "")
      << "its member's change is not live yet";
  EXPECT_EQ(hear(with_set(a_report({}, fresh), "team", SetReason::Resolved)),
            "r2 success: 2 workspaces converged");
}

std::shared_ptr<const specs::DesiredState> a_state_with(const std::string& revision,
                                                        const Documents& documents, const Documents& sets) {
  auto desired = std::make_shared<specs::DesiredState>(*a_state(revision, documents));
  for (const auto& [name, says] : sets) desired->sets.push_back(a_set_spec(name, says));
  return desired;
}

TEST_F(RolloutTest, WhatADocumentLeavesToASetThatDidNotChangeIsWaitedFor) {
  const SpecPtr of_set = a_workspace("w0", "b", "team");
  see(a_state_with("r0", {{"w0", "a"}}, {{"team", "b"}}));
  EXPECT_EQ(hear(with_set(a_report({}), "team", SetReason::Resolved)), "r0 success: 1 workspace converged");
  EXPECT_EQ(see(a_state_with("r1", {}, {{"team", "b"}})), "r1 pending: no workspace has to change");
  EXPECT_EQ(hear_failed(), "");
  EXPECT_EQ(hear(with_set(a_report({{"w0", Reason::Updating}}, {of_set}), "team", SetReason::Resolved)), "");
  EXPECT_EQ(hear(with_set(a_report({}, {of_set}), "team", SetReason::Resolved)),
            "r1 success: 1 workspace converged");
}

TEST_F(RolloutTest, WhatADocumentThatWasLeftOutKeptFromASetIsWaitedFor) {
  const std::vector<std::pair<const char*, void (*)(specs::DesiredState&)>> kept_by{
      {"a document about it",
       [](specs::DesiredState& one) {
         one.elsewhere = {{"alice", "w0"}};
       }},
      {"one about nobody knows what", [](specs::DesiredState& one) { one.unknown_documents = 1; }},
      {"another set's", [](specs::DesiredState& one) { one.rejected_sets = {"crew"}; }}};
  const SpecPtr of_set = a_workspace("w0", "b", "team");
  for (const auto& [what, keep] : kept_by) {
    SCOPED_TRACE(what);
    rollout_ = {};
    auto kept = std::make_shared<specs::DesiredState>(*a_state_with("r0", {}, {{"team", "b"}}));
    keep(*kept);
    see(kept);
    EXPECT_NE(hear(with_set(a_report({}), "team", SetReason::Resolved)), "");
    see(a_state_with("r1", {}, {{"team", "b"}}));
    EXPECT_EQ(hear(with_set(a_report({{"w0", Reason::Creating}}, {of_set}), "team", SetReason::Resolved)),
              "");
    EXPECT_EQ(hear(with_set(a_report({}, {of_set}), "team", SetReason::Resolved)),
              "r1 success: 1 workspace converged");
  }
}

TEST_F(RolloutTest, WhatASetLeavesToAnotherThatDidNotChangeIsWaitedFor) {
  const SpecPtr of_crew = a_workspace("w0", "a", "crew");
  const SpecPtr of_team = a_workspace("w1", "c", "team");
  see(a_state_with("r0", {}, {{"crew", "a"}, {"team", "b"}}));
  const CycleReport both =
      with_set(with_set(a_report({}), "crew", SetReason::Conflict), "team", SetReason::Conflict);
  EXPECT_EQ(hear(both), "r0 failure: 2 sets need a person: crew Conflict, team Conflict");
  EXPECT_EQ(see(a_state_with("r1", {}, {{"crew", "a"}, {"team", "c"}})), "r1 pending: 1 set to resolve");
  const auto resolved = [&](const Reasons& reasons) {
    return with_set(with_set(a_report(reasons, {of_crew, of_team}), "crew", SetReason::Resolved), "team",
                    SetReason::Resolved);
  };
  EXPECT_EQ(hear(resolved({{"w0", Reason::Creating}})), "") << "crew has it back";
  EXPECT_EQ(hear(resolved({})), "r1 success: 2 workspaces converged");
}

TEST_F(RolloutTest, ASetThatWaitsForAPersonHoldsUpNoCommitThatTakesADocumentAway) {
  see(a_state_with("r0", {{"w0", "a"}, {"w1", "a"}}, {{"team", "b"}}));
  EXPECT_EQ(hear(with_set(a_report({}), "team", SetReason::NoOwners)),
            "r0 failure: 1 set needs a person: team NoOwners");
  see(a_state_with("r1", {{"w0", "a"}}, {{"team", "b"}}));
  EXPECT_EQ(hear(with_set(a_report({}), "team", SetReason::NoOwners)),
            "r1 success: no workspace had to change");
}

TEST_F(RolloutTest, WhoJoinsASetThatNoCommitChangedIsNoCommitsBusiness) {
  const SpecPtr m1 = a_workspace("m1", "b", "team");
  const SpecPtr m2 = a_workspace("m2", "b", "team");
  see(a_state_with("r0", {{"w0", "a"}}, {{"team", "b"}}));
  EXPECT_NE(hear(with_set(a_report({}, {m1}), "team", SetReason::Resolved)), "");
  see(a_state_with("r1", {{"w0", "b"}}, {{"team", "b"}}));
  EXPECT_EQ(hear(with_set(a_report({{"w0", Reason::Updating}}, {m1}), "team", SetReason::Resolved)), "");
  EXPECT_EQ(hear(with_set(a_report({{"m2", Reason::Forbidden}}, {m1, m2}), "team", SetReason::Resolved)),
            "r1 success: 1 workspace converged");
}

TEST_F(RolloutTest, WhatASetSaidMeanwhileIsUndoneBeforeItsOldWordIsLive) {
  const std::vector<SpecPtr> old{a_workspace("m1", "a", "team")};
  const std::vector<SpecPtr> fresh{a_workspace("m1", "b", "team")};
  see(a_state_with("r0", {}, {{"team", "a"}}));
  EXPECT_NE(hear(with_set(a_report({}, old), "team", SetReason::Resolved)), "");
  see(a_state_with("r1", {}, {{"team", "b"}}));
  EXPECT_EQ(hear(with_set(a_report({}, fresh), "team", SetReason::NotRead)), "") << "it is live as b";
  see(a_state_with("r2", {}, {{"team", "a"}}));
  EXPECT_EQ(hear(with_set(a_report({{"m1", Reason::Updating}}, old), "team", SetReason::Resolved)), "");
  EXPECT_EQ(hear(with_set(a_report({}, old), "team", SetReason::Resolved)),
            "r2 success: 1 workspace converged");
}

TEST_F(RolloutTest, WhatASetSaidInACycleThatTellsNothingMayHaveBeenDone) {
  const std::vector<SpecPtr> old{a_workspace("m1", "a", "team")};
  see(a_state_with("r0", {}, {{"team", "a"}}));
  EXPECT_NE(hear(with_set(a_report({}, old), "team", SetReason::Resolved)), "");
  see(a_state_with("r1", {}, {{"team", "b"}}));
  EXPECT_EQ(hear_failed(), "");
  see(a_state_with("r2", {}, {{"team", "a"}}));
  EXPECT_EQ(hear(with_set(a_report({{"m1", Reason::Updating}}, old), "team", SetReason::Resolved)), "");
}

TEST_F(RolloutTest, AMemberThatADocumentReplacedForAMomentIsStillWaitedFor) {
  const SpecPtr member = a_workspace("w0", "b", "team");
  const Reasons updating{{"w0", Reason::Updating}};
  see(a_state_with("r0", {}, {{"team", "b"}}));
  EXPECT_NE(hear(with_set(a_report(updating, {member}), "team", SetReason::Resolved)), "");
  see(a_state_with("r1", {{"w0", "a"}}, {{"team", "b"}}));
  see(a_state_with("r2", {}, {{"team", "b"}}));
  EXPECT_EQ(hear(with_set(a_report(updating, {member}), "team", SetReason::Resolved)), "");
}

TEST_F(RolloutTest, AWorkspaceThatIsEditedAgainWithinARevisionCountsOnce) {
  settle();
  see("r1", {{"w0", "b"}, {"w1", "b"}, {"w2", "a"}});
  EXPECT_EQ(hear({{"w1", Reason::Creating}}), "");
  see("r1", {{"w0", "c"}, {"w1", "b"}, {"w2", "a"}});
  EXPECT_EQ(hear({{"w0", Reason::BuildFailed}, {"w1", Reason::Creating}}),
            "r1 failure: 1 workspace needs a person: alice/w0 BuildFailed");
  const Reasons creating{{"w0", Reason::Creating}, {"w1", Reason::Creating}};
  for (int i = 0; i < 5; ++i) EXPECT_EQ(hear(creating), "");
  EXPECT_EQ(hear(creating), "r1 pending: 0 of 2 workspaces converged");
  EXPECT_EQ(hear(), "r1 success: 2 workspaces converged");
}

TEST_F(RolloutTest, WhatWaitsForAPersonStillDoesWhileItCannotBeRead) {
  settle();
  see("r1", {{"w0", "b"}, {"w1", "a"}, {"w2", "a"}});
  EXPECT_NE(hear({{"w0", Reason::Forbidden}}), "");
  for (int i = 0; i < 30; ++i) EXPECT_EQ(hear({{"w0", Reason::NotRead}}), "");
  see("r2", {{"w0", "b"}, {"w1", "b"}, {"w2", "a"}});
  EXPECT_EQ(hear({{"w0", Reason::Forbidden}}), "r2 success: 1 workspace converged") << "told as r1's";
}

TEST_F(RolloutTest, WhatWaitedForAPersonAndIsEditedHasNotBeenToldAnywhere) {
  settle();
  see("r1", {{"w0", "b"}, {"w1", "a"}, {"w2", "a"}});
  EXPECT_NE(hear({{"w0", Reason::Forbidden}}), "");
  see("r1", {{"w0", "c"}, {"w1", "a"}, {"w2", "a"}});
  EXPECT_EQ(hear_failed(), "");
  EXPECT_EQ(see("r2", {{"w0", "c"}, {"w1", "a"}, {"w2", "a"}}), "r2 pending: 0 of 1 workspace converged");
  EXPECT_EQ(hear({{"w0", Reason::Updating}}), "");
  EXPECT_EQ(hear(), "r2 success: 1 workspace converged");
}

TEST_F(RolloutTest, ASetThatWaitsForAPersonStillDoesWhileItCannotBeRead) {
  see(a_state_with("r0", {{"w0", "a"}}, {{"team", "a"}}));
  EXPECT_NE(hear(with_set(a_report({}), "team", SetReason::NoOwners)), "");
  for (int i = 0; i < 30; ++i) EXPECT_EQ(hear(with_set(a_report({}), "team", SetReason::NotRead)), "");
  see(a_state_with("r1", {{"w0", "b"}}, {{"team", "a"}}));
  EXPECT_EQ(hear(with_set(a_report({}), "team", SetReason::NoOwners)), "r1 success: 1 workspace converged");
}

TEST_F(RolloutTest, ALongListOfNamesIsCut) {
  Documents documents;
  Reasons reasons;
  for (int i = 10; i < 40; ++i) {
    documents[fmt::format("w{}", i)] = "a";
    reasons[fmt::format("w{}", i)] = Reason::Forbidden;
  }
  see("r0", documents);
  const std::string told = hear(reasons);
  EXPECT_THAT(told, ::testing::StartsWith("r0 failure: 30 workspaces need a person: alice/w10 Forbidden, "));
  EXPECT_THAT(told, ::testing::EndsWith("alice/w19 Forbidden, …"));
}

}  // namespace
}  // namespace cr::daemon
