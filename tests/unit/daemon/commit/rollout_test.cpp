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
  EXPECT_EQ(hear(with_set(a_report({}, members("b")), "team", SetReason::NotRead)), "");
  EXPECT_EQ(hear(with_set(a_report({}, members("b")), "team", SetReason::NoOwners)),
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
            "r2 pending: 0 of 1 workspace converged; 1 set to resolve");
  EXPECT_EQ(hear(with_set(a_report({{"m1", Reason::Updating}}, fresh), "team", SetReason::Resolved)), "")
      << "its member's change is not live yet";
  EXPECT_EQ(hear(with_set(a_report({}, fresh), "team", SetReason::Resolved)),
            "r2 success: 2 workspaces converged");
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

/// Specs and states at random; what the promise says is kept by the book of the one who wrote them.
void live_through_a_history(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto roll = [&](unsigned sides) {
    return std::uniform_int_distribution<unsigned>(0, sides - 1)(random);
  };
  constexpr Reason kReasons[] = {Reason::InSync,   Reason::InSync,      Reason::InSync,  Reason::Creating,
                                 Reason::Updating, Reason::BuildFailed, Reason::NotRead, Reason::Forbidden,
                                 Reason::Held,     Reason::Suspended,   Reason::Drifted, Reason::BackingOff};
  Rollout rollout;
  Documents documents;
  const unsigned fleet = 1 + roll(6);
  for (unsigned i = 0; i < fleet; ++i) documents[fmt::format("w{}", i)] = "0";
  unsigned revision = 0;
  auto desired = a_state("r0", documents);
  async::WallTime now{};
  // The book: what is waited for, what was told to wait for a person, and what was told.
  std::set<std::string> awaited;
  std::set<std::string> stuck;
  for (const auto& [name, says] : documents) awaited.insert(name);
  std::optional<CommitStatus> told;
  const auto check = [&](const std::optional<CommitStatus>& status, bool good) {
    if (status) {
      ASSERT_EQ(status->revision, desired->revision);
      ASSERT_FALSE(told && told->state == CommitState::success) << "a success is the last word";
      ASSERT_FALSE(told && *told == *status) << "one post a change: " << status->text;
      if (status->state == CommitState::success) {
        ASSERT_TRUE(good && awaited.empty() && desired->invalid_documents == 0) << "success too early";
      }
      if (status->state == CommitState::failure) {
        ASSERT_TRUE(!stuck.empty() || desired->invalid_documents > 0) << "nobody has to act";
      }
      told = status;
    }
    const bool is_live = good && awaited.empty() && desired->invalid_documents == 0;
    ASSERT_TRUE(!is_live || (told && told->state == CommitState::success)) << "silent after convergence";
  };
  ASSERT_FALSE(rollout.see(desired, now)) << "nothing is known right after a start";
  for (int cycle = 0; cycle < 60; ++cycle) {
    if (roll(6) == 0) {
      const Documents before = documents;
      for (auto& [name, says] : documents) {
        if (roll(3) == 0) says = std::to_string(roll(3));
      }
      if (roll(4) == 0) documents.erase(fmt::format("w{}", roll(fleet)));
      if (roll(4) == 0) documents.try_emplace(fmt::format("w{}", roll(fleet)), "new");
      auto next = std::make_shared<specs::DesiredState>(
          *a_state(fmt::format("r{}", ++revision), documents, 1 + roll(3)));
      next->invalid_documents = roll(5) == 0 ? 1 : 0;
      desired = next;
      const bool was_done = told && told->state == CommitState::success;
      if (was_done) stuck.clear();  // nobody was told of them
      told.reset();
      for (const std::string& name : stuck) awaited.erase(name);
      stuck.clear();
      std::erase_if(awaited, [&](const std::string& name) { return !documents.contains(name); });
      for (const auto& [name, says] : documents) {
        const auto old = before.find(name);
        if (old == before.end() || old->second != says) awaited.insert(name);
      }
      const auto status = rollout.see(desired, now);
      ASSERT_TRUE(status && status->state == CommitState::pending) << "pending when it is first seen";
      ASSERT_NO_FATAL_FAILURE(check(status, false));
    } else if (roll(4) == 0) {
      // Read again without a change, or moved within a file; or edited in the checkout.
      if (const auto edited = documents.find("w0"); edited != documents.end() && roll(2) == 0) {
        edited->second += "!";
        awaited.insert("w0");
        if (roll(3) == 0) {
          documents.erase(edited);
          awaited.erase("w0");
        }
      }
      auto same = std::make_shared<specs::DesiredState>(*a_state(desired->revision, documents, 1 + roll(3)));
      same->invalid_documents = desired->invalid_documents;
      desired = same;
      ASSERT_FALSE(rollout.see(desired, now));
    }
    now += std::chrono::seconds(30 + roll(300));
    CycleReport report;
    report.revision = desired->revision;
    report.ended = now;
    const bool good = roll(5) != 0;
    report.result = good ? CycleResult::partial : CycleResult::failed;
    const bool has_rows = good || roll(2) == 0;
    if (has_rows) {
      if (good) stuck.clear();
      for (const SpecPtr& spec : desired->specs) {
        reconcile::WorkspaceStatus row;
        row.spec = spec;
        row.ready.reason = kReasons[roll(std::size(kReasons))];
        report.workspaces.push_back(row);
        if (!good || !awaited.contains(spec->name)) continue;
        if (row.ready.reason == Reason::InSync || row.ready.reason == Reason::Suspended) {
          awaited.erase(spec->name);
        } else if (reconcile::waits_for_person(row.ready.reason)) {
          stuck.insert(spec->name);
        }
      }
    }
    ASSERT_NO_FATAL_FAILURE(check(rollout.hear(report), good));
  }
}

TEST(RolloutHistories, NeverSuccessBeforeConvergenceNeverSilentAfterItOnePostAChange) {
  const std::uint64_t only = testing::number_in("CR_HISTORY", 0);
  const std::uint64_t first = only == 0 ? testing::number_in("CR_HISTORIES_FROM", 1) : only;
  const std::uint64_t count = only == 0 ? testing::number_in("CR_HISTORIES", 1'000) : 1;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    SCOPED_TRACE("CR_HISTORY=" + std::to_string(seed));
    ASSERT_NO_FATAL_FAILURE(live_through_a_history(seed));
  }
}

}  // namespace
}  // namespace cr::daemon
