// How a revision comes to be live, as its commit's status tells it.
#include "daemon/commit/rollout.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/seeds.h"
#include "tests/unit/daemon/reports.h"

namespace cr::daemon {
namespace {

using namespace std::chrono_literals;
using reconcile::CycleReport;
using reconcile::CycleResult;
using reconcile::Reason;
using specs::SpecPtr;
using SetReason = reconcile::sets::Reason;

/// "w1" → what its spec says; changing the text changes the spec.
using Documents = std::map<std::string, std::string>;
/// "w1" → how it stands; all others are in sync.
using Reasons = std::map<std::string, Reason>;

SpecPtr a_workspace(const std::string& name, const std::string& says, const std::string& set = "",
                    std::uint32_t line = 1) {
  auto spec = std::make_shared<specs::WorkspaceSpec>(*testing::a_spec("alice", name, {{"says", says}}));
  if (!set.empty()) spec->set = set;
  spec->where.line = line;
  return spec;
}

specs::SetPtr a_set_spec(const std::string& name, const std::string& says) {
  auto set = std::make_shared<specs::WorkspaceSet>();
  set->name = name;
  set->workspace = *a_workspace("{owner}", says);
  return set;
}

std::shared_ptr<const specs::DesiredState> a_state(const std::string& revision, const Documents& documents,
                                                   std::uint32_t line = 1) {
  std::vector<SpecPtr> specs;
  for (const auto& [name, says] : documents) specs.push_back(a_workspace(name, says, "", line));
  auto desired = std::make_shared<specs::DesiredState>(testing::a_desired_state(std::move(specs)));
  desired->revision = revision;
  return desired;
}

std::string shown(const std::optional<CommitStatus>& status) {
  if (!status) return "";
  const char* state = status->state == CommitState::pending   ? "pending"
                      : status->state == CommitState::success ? "success"
                                                              : "failure";
  return fmt::format("{} {}: {}", status->revision, state, status->text);
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
    std::vector<SpecPtr> all = desired_->specs;
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
  auto with_owners = [](const std::string& revision, std::vector<std::string> owners) {
    auto desired = std::make_shared<specs::DesiredState>(*a_state(revision, {}));
    auto set = std::make_shared<specs::WorkspaceSet>(*a_set_spec("team", "a"));
    set->owners.list = std::move(owners);
    desired->sets = {set};
    return desired;
  };
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
  auto with_owners = [](const std::string& revision, std::vector<std::string> owners) {
    auto desired = std::make_shared<specs::DesiredState>(*a_state(revision, {}));
    auto set = std::make_shared<specs::WorkspaceSet>(*a_set_spec("team", "a"));
    set->owners.list = std::move(owners);
    desired->sets = {set};
    return desired;
  };
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

/// What a set says, and for which of alice's workspaces it is.
struct SetWords {
  std::string says;
  std::set<std::string> owners;
  bool operator==(const SetWords&) const = default;
};
using Sets = std::map<std::string, SetWords>;

struct Files {
  Documents documents;
  Sets sets;
};

/// Who declares a workspace, and what.
struct Declaration {
  std::string set;  ///< empty: a document
  std::string says;
  bool operator==(const Declaration&) const = default;
};
using Declarations = std::map<std::string, Declaration>;

constexpr const char* kHiring = "crew";
constexpr const char* kHired[] = {"hired1", "hired2"};

bool is_hired(const std::string& name) {
  return name.starts_with("hired");
}

/// Specs, sets and states at random; what the promise says is kept by the book of the one who wrote them.
class History {
 public:
  explicit History(std::uint64_t seed) : random_(seed), fleet_(1 + roll(6)) {
    for (unsigned i = 0; i < fleet_; ++i) files_.documents[fmt::format("w{}", i)] = "0";
    if (roll(3) != 0) rewrite_sets();
    former_.push_back(files_);
    desired_ = state_of(files_);
    for (const auto& [name, says] : files_.documents) add(name);
    for (const auto& [name, words] : files_.sets) sets_.insert(name);
  }

  void live() {
    ASSERT_FALSE(rollout_.see(desired_, now_)) << "nothing is known right after a start";
    for (int cycle = 0; cycle < 60; ++cycle) {
      if (roll(6) == 0) {
        ASSERT_NO_FATAL_FAILURE(commit());
      } else if (roll(4) == 0) {
        edit();
        ASSERT_FALSE(rollout_.see(desired_, now_));
      }
      ASSERT_NO_FATAL_FAILURE(run_cycle());
    }
  }

 private:
  unsigned roll(unsigned sides) { return std::uniform_int_distribution<unsigned>(0, sides - 1)(random_); }
  std::string any_name() { return fmt::format("w{}", roll(fleet_)); }
  [[nodiscard]] bool is_done() const { return told_ && told_->state == CommitState::success; }

  [[nodiscard]] std::shared_ptr<specs::DesiredState> state_of(const Files& files,
                                                              std::uint32_t line = 1) const {
    auto desired =
        std::make_shared<specs::DesiredState>(*a_state(fmt::format("r{}", revision_), files.documents, line));
    for (const auto& [name, words] : files.sets) {
      auto set = std::make_shared<specs::WorkspaceSet>(*a_set_spec(name, words.says));
      set->owners.list.assign(words.owners.begin(), words.owners.end());
      desired->sets.push_back(set);
    }
    return desired;
  }

  void rewrite_sets() {
    const std::string name = roll(2) == 0 ? kHiring : "team";
    if (roll(4) == 0) {
      files_.sets.erase(name);
      return;
    }
    SetWords& words = files_.sets[name];
    if (words.says.empty() || roll(2) == 0) words.says = std::to_string(roll(3));
    for (unsigned i = 0; i < fleet_; ++i) {
      if (roll(4) != 0) continue;
      const std::string owner = fmt::format("w{}", i);
      if (words.owners.erase(owner) == 0) words.owners.insert(owner);
    }
  }

  void rewrite() {
    if (former_.size() > 1 && roll(3) == 0) {
      files_ = former_[former_.size() - 2 - (former_.size() > 2 ? roll(2) : 0)];
      return;
    }
    for (auto& [name, says] : files_.documents) {
      if (roll(3) == 0) says = std::to_string(roll(3));
    }
    if (roll(3) == 0) files_.documents.erase(any_name());
    if (roll(4) == 0) files_.documents.try_emplace(any_name(), std::to_string(roll(3)));
    if (roll(2) == 0) rewrite_sets();
  }

  void add(const std::string& name) {
    must_.insert(name);
    converged_.erase(name);
    stuck_.erase(name);
    add_perhaps(name);
  }
  void add_perhaps(const std::string& name) {
    may_.insert(name);
    ever_.insert(name);
  }

  /// What the files say else than they did counts.
  void write_down_changes(const Files& before) {
    for (const auto& [name, says] : files_.documents) {
      const auto old = before.documents.find(name);
      if (old == before.documents.end() || old->second != says) add(name);
    }
    for (const auto& [name, words] : files_.sets) {
      const auto old = before.sets.find(name);
      if (old != before.sets.end() && old->second == words) continue;
      sets_.insert(name);
      stuck_sets_.erase(name);
      if (!heard_) untold_.insert(name);
    }
    std::erase_if(sets_, [&](const std::string& name) { return !files_.sets.contains(name); });
    std::erase_if(stuck_sets_, [&](const std::string& name) { return !files_.sets.contains(name); });
    members_move_ = true;
    heard_ = false;
  }

  void commit() {
    const Files before = files_;
    rewrite();
    former_.push_back(files_);
    ++revision_;
    const auto next = state_of(files_, 1 + roll(3));
    next->invalid_documents = roll(5) == 0 ? 1 : 0;
    desired_ = next;
    if (is_done()) {  // nobody was told of them
      stuck_.clear();
      stuck_sets_.clear();
    }
    for (const std::string& name : stuck_) {
      must_.erase(name);
      may_.erase(name);
    }
    for (const std::string& name : stuck_sets_) sets_.erase(name);
    stuck_.clear();
    stuck_sets_.clear();
    told_.reset();
    ever_ = may_;
    converged_.clear();
    write_down_changes(before);
    const auto status = rollout_.see(desired_, now_);
    ASSERT_TRUE(status && status->state == CommitState::pending) << "pending when it is first seen";
    ASSERT_NO_FATAL_FAILURE(check(status, false));
  }

  /// Read again without a change, or moved within a file; or edited in the checkout.
  void edit() {
    const Files before = files_;
    if (const auto edited = files_.documents.find("w0"); edited != files_.documents.end() && roll(2) == 0) {
      edited->second += "!";
      if (roll(3) == 0) files_.documents.erase(edited);
    }
    if (roll(4) == 0) rewrite_sets();
    const auto same = state_of(files_, 1 + roll(3));
    same->invalid_documents = desired_->invalid_documents;
    desired_ = same;
    write_down_changes(before);
  }

  /// Those of sets that could be read are up to date; others keep whom they have.
  std::set<std::string> read_sets(bool good) {
    std::set<std::string> read;
    std::erase_if(members_, [&](const auto& entry) { return !files_.sets.contains(entry.first); });
    for (const auto& [name, words] : files_.sets) {
      unsigned& unread_for = unread_for_[name];
      if (unread_for > 0) {
        --unread_for;
      } else if (roll(8) == 0) {
        unread_for = 1 + roll(4);
      }
      std::set<std::string>& members = members_[name];
      if (!good || unread_for > 0) continue;
      read.insert(name);
      members = words.owners;
      if (name == kHiring) members.insert(hired_.begin(), hired_.end());
    }
    return read;
  }

  /// A document beats a set, and of what both sets would have neither has any.
  [[nodiscard]] Declarations join(std::set<std::string>& in_conflict) const {
    Declarations joined;
    for (const auto& [set, members] : members_) {
      for (const std::string& name : members) {
        const auto other = joined.find(name);
        if (files_.documents.contains(name)) continue;
        if (other == joined.end()) {
          joined[name] = {set, files_.sets.at(set).says};
        } else {
          in_conflict.insert(set);
          in_conflict.insert(other->second.set);
          joined.erase(other);
        }
      }
    }
    for (const auto& [name, says] : files_.documents) joined[name] = {"", says};
    return joined;
  }

  /// Whatever a commit made of sets' workspaces counts, told or not; whom an owners' list brings meanwhile
  /// may.
  void write_down_members(const Declarations& joined, bool has_rows) {
    for (const auto& [name, one] : joined) {
      if (one.set.empty()) continue;
      const auto old = joined_.find(name);
      const bool is_new = old == joined_.end();
      if (is_new ? !is_hired(name) : old->second != one) add(name);
      if (!has_rows || !members_move_) continue;
      const auto heard = rows_.find(name);
      if (heard == rows_.end() || heard->second != one || untold_.contains(one.set)) {
        stuck_.erase(name);
        add_perhaps(name);
      }
    }
    joined_ = joined;
    if (!has_rows) return;
    rows_ = joined;
    heard_ = true;
    untold_.clear();
  }

  void take(const std::string& name, Reason reason) {
    if (!may_.contains(name)) return;
    if (reason == Reason::InSync || reason == Reason::Suspended) {
      if (must_.erase(name) > 0) converged_.insert(name);
      may_.erase(name);
      stuck_.erase(name);
    } else if (reconcile::waits_for_person(reason)) {
      stuck_.insert(name);
    } else if (reconcile::ready_of(reason) != reconcile::Ready::Unknown) {
      stuck_.erase(name);
    }
  }

  void take_set(const std::string& name, SetReason reason) {
    if (!sets_.contains(name) || reason == SetReason::NotRead) return;
    if (reason == SetReason::Resolved) {
      sets_.erase(name);
      stuck_sets_.erase(name);
    } else {
      stuck_sets_.insert(name);
    }
  }

  void run_cycle() {
    constexpr Reason kReasons[] = {Reason::InSync,    Reason::InSync,    Reason::InSync,
                                   Reason::Creating,  Reason::Updating,  Reason::BuildFailed,
                                   Reason::NotRead,   Reason::Forbidden, Reason::Held,
                                   Reason::Suspended, Reason::Drifted,   Reason::BackingOff};
    now_ += std::chrono::seconds(30 + roll(300));
    if (const std::string name = kHired[roll(2)]; roll(6) == 0 && hired_.erase(name) == 0)
      hired_.insert(name);
    const bool good = roll(5) != 0;
    const bool has_rows = good || roll(2) == 0;
    const std::set<std::string> read = read_sets(good);
    std::set<std::string> in_conflict;
    const Declarations joined = join(in_conflict);
    write_down_members(joined, has_rows);

    CycleReport report;
    report.revision = desired_->revision;
    report.ended = now_;
    report.result = good ? CycleResult::partial : CycleResult::failed;
    if (good) {
      const auto is_gone = [&](const std::string& name) { return !joined.contains(name); };
      std::erase_if(must_, is_gone);
      std::erase_if(may_, is_gone);
      std::erase_if(stuck_, is_gone);
    }
    if (has_rows) {
      for (const auto& [name, words] : files_.sets) {
        const SetReason reason = !read.contains(name)         ? SetReason::NotRead
                                 : in_conflict.contains(name) ? SetReason::Conflict
                                 : members_.at(name).empty()  ? SetReason::NoOwners
                                                              : SetReason::Resolved;
        report.sets.push_back(testing::a_set(name, reason));
        if (good) take_set(name, reason);
      }
      for (const auto& [name, one] : joined) {
        reconcile::WorkspaceStatus row;
        row.spec = a_workspace(name, one.says, one.set);
        row.ready.reason = kReasons[roll(std::size(kReasons))];
        if (good) take(name, row.ready.reason);
        report.workspaces.push_back(std::move(row));
      }
    }
    if (good) members_move_ = !sets_.empty();
    ASSERT_NO_FATAL_FAILURE(check(rollout_.hear(report), good));
  }

  void check(const std::optional<CommitStatus>& status, bool good) {
    const bool nothing_left = good && sets_.empty() && desired_->invalid_documents == 0;
    if (status) {
      ASSERT_EQ(status->revision, desired_->revision);
      ASSERT_FALSE(is_done()) << "a success is the last word";
      ASSERT_FALSE(told_ && *told_ == *status) << "one post a change: " << status->text;
      if (status->state == CommitState::success) {
        ASSERT_TRUE(nothing_left && must_.empty()) << "success too early";
        const std::size_t count = status->text.starts_with("no ") ? 0 : std::stoul(status->text);
        ASSERT_GE(count, converged_.size()) << status->text;
        ASSERT_LE(count, ever_.size()) << status->text;
      }
      if (status->state == CommitState::failure) {
        ASSERT_TRUE(!stuck_.empty() || !stuck_sets_.empty() || desired_->invalid_documents > 0)
            << "nobody has to act: " << status->text;
      }
      const bool was_failure = told_ && told_->state == CommitState::failure;
      if (was_failure && status->state == CommitState::pending) {
        ASSERT_TRUE(std::ranges::none_of(stuck_, [&](const auto& one) { return must_.contains(one); }) &&
                    stuck_sets_.empty())
            << "somebody still has to act";
      }
      told_ = status;
    }
    ASSERT_TRUE(!(nothing_left && may_.empty()) || is_done()) << "silent after convergence";
  }

  std::mt19937_64 random_;
  Rollout rollout_;
  unsigned fleet_;
  Files files_;
  std::vector<Files> former_;  ///< of each revision
  unsigned revision_ = 0;
  std::shared_ptr<const specs::DesiredState> desired_;
  async::WallTime now_{};
  std::map<std::string, std::set<std::string>> members_;  ///< of each set, as far as it could be read
  std::map<std::string, unsigned> unread_for_;            ///< cycles
  std::set<std::string> hired_;                           ///< whom no commit brings
  Declarations joined_;                                   ///< of the last cycle
  Declarations rows_;                                     ///< of the last one that told
  bool heard_ = true;
  std::set<std::string> untold_;  ///< sets that said something in between
  bool members_move_ = true;
  // The book: what has to be waited for, what may be, what was told to wait for a person, and what was told.
  std::set<std::string> must_;
  std::set<std::string> may_;
  std::set<std::string> stuck_;
  std::set<std::string> sets_;
  std::set<std::string> stuck_sets_;
  std::set<std::string> ever_;       ///< of this revision: what may have been waited for
  std::set<std::string> converged_;  ///< likewise: what had to be, and is live
  std::optional<CommitStatus> told_;
};

TEST(RolloutHistories, NeverSuccessBeforeConvergenceNeverSilentAfterItOnePostAChange) {
  const std::uint64_t only = testing::number_in("CR_HISTORY", 0);
  const std::uint64_t first = only == 0 ? testing::number_in("CR_HISTORIES_FROM", 1) : only;
  const std::uint64_t count = only == 0 ? testing::number_in("CR_HISTORIES", 1'000) : 1;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    SCOPED_TRACE("CR_HISTORY=" + std::to_string(seed));
    ASSERT_NO_FATAL_FAILURE(History(seed).live());
  }
}

}  // namespace
}  // namespace cr::daemon
