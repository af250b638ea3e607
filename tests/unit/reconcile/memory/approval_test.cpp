#include "reconcile/memory/approval.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/builders.h"
#include "tests/unit/reconcile/memory/cycle_builder.h"

namespace cr::testing {
namespace {

using namespace cr::reconcile;
using namespace std::chrono_literals;

/// What is to be changed, by the workspace's name.
using Changes = std::map<std::string, ChangesLeft>;

constexpr ChangesLeft kTtl{{field::ttl}, false};
constexpr ChangesLeft kAutostart{{field::autostart}, false};
constexpr ChangesLeft kTtlAndAutostart{{field::ttl, field::autostart}, false};
constexpr ChangesLeft kDormant{{field::dormant}, false};
constexpr ChangesLeft kMissing{{Field::missing}, false};
constexpr ChangesLeft kFirstBuild{{}, true};
constexpr ChangesLeft kFirstBuildAndDormant{{field::dormant}, true};

/// Declared workspaces a to h of alice, of which one may be changed in a cycle without approval.
class ApprovalTest : public ::testing::Test {
 protected:
  /// Whatever else is declared is as it should be.
  struct Cycle {
    Changes planned{};
    Changes waiting{};                   ///< differ too, and are not in the plan
    std::vector<std::string> unread{};   ///< nothing is known of them
    std::vector<std::string> removed{};  ///< no longer declared
    std::vector<std::string> blocked{};  ///< being deleted, say
    bool unseen = false;  ///< what is done is neither answered with the workspace nor read back
  };

  static Plan plan_of(const Changes& planned) {
    Plan plan;
    for (const auto& [name, changes] : planned) {
      WorkspacePlan one;
      one.workspace = {"alice", name};
      const WorkspaceId id = a_workspace_id(1);
      if (changes.fields.has(Field::missing))
        one.actions.emplace_back(CreateWorkspace{one.workspace, {}, ""});
      if (changes.first_build) one.actions.emplace_back(RetryFirstBuild{one.workspace, id, 1});
      if (changes.fields.has(field::autostart))
        one.actions.emplace_back(set_autostart(one.workspace, id, "", "0 9 * * *"));
      if (changes.fields.has(field::ttl)) one.actions.emplace_back(set_ttl(one.workspace, id, {}, 60min));
      if (changes.fields.has(field::dormant)) one.actions.emplace_back(StopWorkspace{one.workspace, id});
      plan.workspaces.push_back(one);
    }
    return plan;
  }

  /// A workspace of which so much is left to be done.
  const LiveWorkspace* a_row(const std::string& name, ChangesLeft left) {
    if (left.fields.has(Field::missing)) return nullptr;
    LiveWorkspace live = a_live(1, "alice", name);
    live.build.status = BuildStatus::stopped;
    if (left.first_build) live.build = a_build(1, Transition::start, BuildStatus::failed, kMe);
    return &rows_.emplace_back(std::move(live));
  }
  const WorkspaceDiff* a_diff(ChangesLeft left) {
    WorkspaceDiff diff;
    diff.wanted = left.fields;
    return &diffs_.emplace_back(std::move(diff));
  }

  const WorkspaceDiff* a_blocked_diff() {
    WorkspaceDiff diff;
    diff.blocked.emplace();
    return &diffs_.emplace_back(std::move(diff));
  }

  /// Builds the facts of a cycle; `done`: what is planned is done, and this is seen to be left of it.
  void build(CycleBuilder& builder, const Cycle& cycle, const Changes* done = nullptr) {
    const auto has = [](const std::vector<std::string>& names, const std::string& name) {
      return std::find(names.begin(), names.end(), name) != names.end();
    };
    const auto of = [](const Changes& changes, const std::string& name) {
      const auto found = changes.find(name);
      return found == changes.end() ? ChangesLeft{} : found->second;
    };
    builder.now = now_;
    for (const std::string name : {"a", "b", "c", "d", "e", "f", "g", "h", "x", "y"}) {
      if (has(cycle.removed, name)) continue;
      auto one = builder.add(a_spec("alice", name).label("version", std::to_string(specs_[name])));
      if (has(cycle.unread, name)) {
        one.is_not_read();
        continue;
      }
      const ChangesLeft planned = of(cycle.planned, name);
      const ChangesLeft waiting = of(cycle.waiting, name);
      const ChangesLeft left{planned.fields | waiting.fields, planned.first_build || waiting.first_build};
      one.facts().live = a_row(name, left);
      one.facts().diff = a_diff(left);
      if (has(cycle.blocked, name)) one.facts().diff = a_blocked_diff();
      if (!done || planned.empty()) continue;
      const Plan plan = plan_of({{name, planned}});
      for (const Action& action : plan.workspaces[0].actions) one.did(action);
      if (cycle.unseen) continue;
      one.done().seen = a_row(name, of(*done, name));
      one.done().seen_diff = a_diff(of(*done, name));
      one.done().proven = true;
    }
  }

  Verdict judge(const Cycle& cycle, const Changes* done = nullptr) {
    ChangeLimit limit;
    limit.count = 1;
    CycleBuilder builder;
    build(builder, cycle, done);
    const Plan plan = plan_of(cycle.planned);
    const Verdict verdict = approval_.judge(plan, builder.facts(), limit);
    EXPECT_EQ(approval_.judge(plan, builder.facts(), limit).held, verdict.held)
        << "judging remembers nothing";
    approval_.observe(builder.facts(), plan, verdict);
    return verdict;
  }
  bool held(const Cycle& cycle) { return judge(cycle).held; }
  /// The plan goes through, and a reply, or the read back, shows what is left.
  void carry_out(const Changes& planned, const Changes& left) {
    EXPECT_FALSE(judge({.planned = planned}, &left).held);
  }

  /// The plan comes up, is held, and is approved.
  void approve(const Changes& planned) {
    const Verdict verdict = judge({.planned = planned});
    ASSERT_TRUE(verdict.held);
    ASSERT_TRUE(approval_.approve(verdict.digest, now_));
  }
  static Changes each(const std::vector<std::string>& names, ChangesLeft change = kTtl) {
    Changes changes;
    for (const std::string& name : names) changes[name] = change;
    return changes;
  }

  std::deque<LiveWorkspace> rows_;
  std::deque<WorkspaceDiff> diffs_;
  Approval approval_;
  std::map<std::string, std::uint64_t> specs_;
  async::SteadyTime now_{};
};

TEST_F(ApprovalTest, APlanOverTheLimitIsHeldUntilItIsApproved) {
  const Changes plan = each({"a", "b"});
  EXPECT_TRUE(held({.planned = plan}));
  EXPECT_TRUE(held({.planned = plan}));
  EXPECT_TRUE(approval_.approve(digest(plan_of(plan)), now_));
  const Verdict verdict = judge({.planned = plan});
  EXPECT_FALSE(verdict.held);
  EXPECT_TRUE(verdict.approved);
}

TEST_F(ApprovalTest, AnotherDigestApprovesNothing) {
  const Changes plan = each({"a", "b"});
  EXPECT_TRUE(held({.planned = plan}));
  EXPECT_FALSE(approval_.approve(digest(plan_of(each({"a", "c"}))), now_));
  EXPECT_TRUE(held({.planned = plan}));
  EXPECT_TRUE(held({.planned = each({"a", "c"})})) << "good for the next whole read alone";
}

TEST_F(ApprovalTest, ADigestOfAPlanThatIsHeldNoLongerApprovesNothing) {
  const std::string old = judge({.planned = each({"a", "b"})}).digest;
  EXPECT_TRUE(held({.planned = each({"b", "c"})}));
  EXPECT_FALSE(approval_.approve(old, now_));
  EXPECT_TRUE(held({.planned = each({"b", "c"})}));
  EXPECT_FALSE(held({}));
  EXPECT_FALSE(approval_.approve(digest(plan_of(each({"b", "c"}))), now_));
}

TEST_F(ApprovalTest, ADigestMayComeBeforeItsPlanAndWaitsForAWholeRead) {
  const Changes plan = each({"a", "b", "c"});
  EXPECT_FALSE(approval_.approve(digest(plan_of(plan)), now_)) << "as apply --approve gives it";
  EXPECT_TRUE(held({.planned = each({"a", "b"}), .unread = {"c"}}));
  EXPECT_FALSE(held({.planned = plan}));
}

TEST_F(ApprovalTest, ADigestThatWaitsForItsPlanEndsWithTheDay) {
  const Changes plan = each({"a", "b", "c"});
  EXPECT_FALSE(approval_.approve(digest(plan_of(plan)), now_));
  now_ += 24h;
  EXPECT_TRUE(held({.planned = plan}));
}

TEST_F(ApprovalTest, IsNotLostWhenTheNextCycleCannotRead) {
  const Changes plan = each({"a", "b", "c"});
  approve(plan);
  EXPECT_FALSE(held({.unread = {"a", "b", "c"}}));
  EXPECT_FALSE(held({.planned = plan}));
}

TEST_F(ApprovalTest, MayBeGivenWhileACycleCannotRead) {
  const Changes plan = each({"a", "b", "c"});
  const std::string seen = judge({.planned = plan}).digest;
  EXPECT_FALSE(held({.unread = {"a", "b", "c"}}));
  EXPECT_TRUE(held({.planned = each({"a", "b"}), .unread = {"c"}}));
  EXPECT_TRUE(approval_.approve(seen, now_));
  EXPECT_FALSE(held({.planned = plan}));
}

TEST_F(ApprovalTest, OfAPlanThatLacksWhatWasNotReadCoversWhatItShows) {
  const Verdict part = judge({.planned = each({"a", "b"}), .unread = {"c", "d", "e"}});
  EXPECT_TRUE(approval_.approve(part.digest, now_));
  EXPECT_FALSE(held({.planned = each({"a", "b", "c"})})) << "c is the one that needs no approval";
  EXPECT_TRUE(held({.planned = each({"a", "b", "c", "d"})}));
}

TEST_F(ApprovalTest, LastsWhileWhatIsLeftWaits) {
  approve(each({"a", "b", "c", "d"}));
  EXPECT_FALSE(held({.planned = each({"c", "d"}), .waiting = each({"b"})}));
  EXPECT_FALSE(held({.waiting = each({"b", "c", "d"})})) << "all are backing off";
  EXPECT_FALSE(held({.planned = each({"b", "c", "d"})}));
}

TEST_F(ApprovalTest, LastsFromTheStopToDormancy) {
  approve(each({"a", "b", "c"}, kDormant));
  EXPECT_FALSE(held({.waiting = each({"a", "b", "c"}, kDormant)})) << "all are being stopped";
  EXPECT_FALSE(held({.planned = each({"a", "b", "c"}, kDormant)}));
}

TEST_F(ApprovalTest, OfACreateCoversWhatFollowsIt) {
  approve(each({"a", "b", "c"}, kMissing));
  carry_out(each({"a", "b", "c"}, kMissing), each({"a", "b", "c"}, kFirstBuildAndDormant));
  EXPECT_FALSE(held({.waiting = each({"a", "b", "c"}, kFirstBuildAndDormant)}));
  EXPECT_FALSE(held({.planned = each({"a", "b", "c"}, kFirstBuild), .waiting = each({"a"}, kDormant)}));
  EXPECT_FALSE(held({.planned = each({"a"}, kDormant)}));
  EXPECT_TRUE(held({.planned = each({"b", "c"}, kDormant)})) << "of those nothing was left";
}

TEST_F(ApprovalTest, OfACreateWhoseEndWasNotSeenCoversWhatIsLeft) {
  approve(each({"a", "b", "c"}, kMissing));
  EXPECT_FALSE(held({.planned = each({"a", "b", "c"}, kTtlAndAutostart)})) << "they exist by now";
  EXPECT_FALSE(held({.planned = each({"a", "b", "c"})}));
  EXPECT_TRUE(held({.planned = each({"a", "b", "c"}, kAutostart)})) << "that was done";
}

TEST_F(ApprovalTest, OfARetryCoversTheSleepThatFollows) {
  const Verdict verdict =
      judge({.planned = each({"a", "b"}, kFirstBuild), .waiting = each({"a", "b"}, kDormant)});
  EXPECT_TRUE(approval_.approve(verdict.digest, now_));
  EXPECT_FALSE(held({.planned = each({"a", "b"}, kDormant)}));
}

TEST_F(ApprovalTest, EndsForEachWorkspaceWhenItIsDone) {
  approve(each({"a", "b", "c", "d"}));
  EXPECT_FALSE(held({.planned = each({"c", "d"})})) << "a and b are done";
  EXPECT_TRUE(held({.planned = each({"a", "b", "c", "d"})})) << "somebody has reset them";
}

TEST_F(ApprovalTest, WhatIsResetBeforeTheNextReadCountsAnew) {
  approve(each({"a", "b", "c"}));
  carry_out(each({"a", "b", "c"}), {});
  EXPECT_EQ(approval_.size(), 0U);
  EXPECT_TRUE(held({.planned = each({"a", "b", "c"})}));
}

TEST_F(ApprovalTest, WhatWasWrittenIsDoneThoughNoLaterSightShowsIt) {
  approve(each({"a", "b", "c"}));
  const Changes nothing;
  EXPECT_FALSE(judge({.planned = each({"a", "b", "c"}), .unseen = true}, &nothing).held);
  EXPECT_EQ(approval_.size(), 0U);
}

TEST_F(ApprovalTest, OfACreateLastsThroughTheWritesThatFollowIt) {
  const ChangesLeft create_and_ttl{{Field::missing, field::ttl}, false};
  approve(each({"a", "b"}, create_and_ttl));
  carry_out(each({"a", "b"}, create_and_ttl), each({"a", "b"}, kDormant));
  EXPECT_FALSE(held({.planned = each({"a", "b"}, kDormant)}));
}

TEST_F(ApprovalTest, OfARetryAndAWriteCoversBoth) {
  const ChangesLeft both{{field::ttl}, true};
  approve(each({"a", "b"}, both));
  EXPECT_FALSE(held({.planned = each({"a", "b"}, both)}));
  EXPECT_FALSE(held({.planned = each({"a", "b"}, kFirstBuild)}));
}

TEST_F(ApprovalTest, OfAWriteCoversNoRetry) {
  approve(each({"a", "b", "c"}));
  EXPECT_TRUE(held({.planned = each({"a", "b", "c"}, kFirstBuild), .waiting = each({"a", "b", "c"})}));
}

TEST_F(ApprovalTest, LastsWhileAWorkspaceIsBlocked) {
  approve(each({"a", "b"}));
  EXPECT_FALSE(held({.blocked = {"a", "b"}}));
  EXPECT_FALSE(held({.planned = each({"a", "b"})}));
}

// Each cycle of an outage may hold another part of the plan.
TEST_F(ApprovalTest, MayBeGivenToTheWholePlanAndTheLatestPartsOfAnOutage) {
  const std::string whole = judge({.planned = each({"a", "b", "c"})}).digest;
  std::vector<std::string> parts;
  for (const char* missing : {"c", "d", "e", "f"})
    parts.push_back(judge({.planned = each({"a", missing}), .unread = {"h"}}).digest);
  Approval before = approval_;
  EXPECT_FALSE(approval_.approve(parts.front(), now_)) << "of many cycles ago";
  approval_ = before;
  EXPECT_TRUE(approval_.approve(parts.back(), now_));
  approval_ = before;
  EXPECT_TRUE(approval_.approve(whole, now_));
}

TEST_F(ApprovalTest, ADigestThatWaitsForItsPlanEndsWithTheDayOfAnOutageToo) {
  const Changes plan = each({"a", "b", "c"});
  EXPECT_FALSE(approval_.approve(digest(plan_of(plan)), now_));
  EXPECT_FALSE(held({.unread = {"a", "b", "c"}}));
  now_ += 24h;
  EXPECT_FALSE(held({.unread = {"a", "b", "c"}}));
  EXPECT_TRUE(held({.planned = plan}));
}

TEST_F(ApprovalTest, WhatCoderDidNotKeepIsNotDone) {
  approve(each({"a", "b"}));
  carry_out(each({"a", "b"}), each({"a", "b"}));
  EXPECT_FALSE(held({.planned = each({"a", "b"})}));
}

TEST_F(ApprovalTest, CoversNoOtherFieldOfTheWorkspace) {
  approve(each({"a", "b", "c"}));
  EXPECT_TRUE(held({.planned = each({"a", "b", "c"}, kTtlAndAutostart)}));
  EXPECT_TRUE(held({.planned = each({"a", "b"}, kAutostart), .waiting = each({"a", "b"})}));
}

TEST_F(ApprovalTest, CoversNoWorkspaceThatIsGoneMeanwhile) {
  approve(each({"a", "b", "c"}));
  EXPECT_TRUE(held({.planned = each({"a", "b", "c"}, kMissing)}));
}

TEST_F(ApprovalTest, OthersCountAgainstTheLimitBesideIt) {
  approve(each({"a", "b", "c"}));
  EXPECT_FALSE(held({.planned = each({"b", "c", "x"})})) << "one more is allowed without approval";
  EXPECT_TRUE(held({.planned = each({"b", "c", "x", "y"})})) << "the plan is held as a whole";
  EXPECT_FALSE(held({.planned = each({"b", "c", "x"})}));
}

TEST_F(ApprovalTest, EndsForAWorkspaceWhoseSpecChanges) {
  approve(each({"a", "b", "c", "d"}));
  specs_["b"] = specs_["c"] = 7;
  EXPECT_TRUE(held({.planned = each({"a", "b", "c", "d"})}));
  EXPECT_FALSE(held({.planned = each({"a", "b", "d"})}));
}

TEST_F(ApprovalTest, EndsForASpecThatChangesWhileItCannotBeRead) {
  approve(each({"a", "b"}));
  specs_["a"] = specs_["b"] = 7;
  EXPECT_FALSE(held({.unread = {"a", "b"}}));
  specs_["a"] = specs_["b"] = 0;
  EXPECT_TRUE(held({.planned = each({"a", "b"})}));
}

TEST_F(ApprovalTest, EndsForAWorkspaceThatIsNoLongerDeclared) {
  approve(each({"a", "b", "c"}));
  EXPECT_FALSE(held({.planned = each({"c"}), .removed = {"a", "b"}}));
  EXPECT_TRUE(held({.planned = each({"a", "b", "c"})}));
}

TEST_F(ApprovalTest, OfASpecThatChangedSinceThePlanWasSeenCoversNothing) {
  const std::string seen = judge({.planned = each({"a", "b"})}).digest;
  specs_["a"] = specs_["b"] = 7;
  EXPECT_TRUE(approval_.approve(seen, now_));
  EXPECT_TRUE(held({.planned = each({"a", "b"})})) << "the same changes, of other specs";
}

TEST_F(ApprovalTest, EndsAfterADay) {
  approve(each({"a", "b"}));
  now_ += 24h - 1s;
  EXPECT_FALSE(held({.planned = each({"a", "b"})}));
  now_ += 1s;
  EXPECT_TRUE(held({.planned = each({"a", "b"})}));
}

TEST_F(ApprovalTest, ASecondOneAddsToTheFirst) {
  approve(each({"a", "b", "c"}));
  approve(each({"b", "c", "x", "y"}));
  EXPECT_FALSE(held({.planned = each({"b", "x", "y"}), .waiting = each({"c"})}));
  EXPECT_FALSE(held({.planned = each({"b", "c", "x", "y"})}));
}

TEST_F(ApprovalTest, NothingIsRememberedWhenAllIsDone) {
  approve(each({"a", "b"}));
  EXPECT_EQ(approval_.size(), 2U);
  EXPECT_FALSE(held({}));
  EXPECT_EQ(approval_.size(), 0U);
}

}  // namespace
}  // namespace cr::testing
