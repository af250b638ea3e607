#include "reconcile/cycle/approval.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "tests/support/builders.h"

namespace cr::testing {
namespace {

using namespace cr::reconcile;

/// A plan that sets the TTL of these workspaces of alice, one of them allowed without approval.
class ApprovalTest : public ::testing::Test {
 protected:
  static Plan plan_of(const std::vector<std::string>& names) {
    Plan plan;
    for (const std::string& name : names) {
      WorkspacePlan one;
      one.workspace = {"alice", name};
      one.actions = {SetTtl{one.workspace, a_workspace_id(1), std::nullopt, std::chrono::minutes(60)}};
      plan.workspaces.push_back(one);
    }
    return plan;
  }
  Verdict judge(const Plan& plan) {
    ChangeLimit limit;
    limit.count = 1;
    return approval_.judge(plan, 100, limit, [&](const Identity& who) { return specs_[who.name]; });
  }
  void approve(const Plan& plan) {
    approval_.approve(digest(plan));
    EXPECT_TRUE(judge(plan).approved);
  }

  Approval approval_;
  std::map<std::string, std::uint64_t> specs_;
};

TEST_F(ApprovalTest, APlanOverTheLimitIsHeldUntilItsDigestIsApproved) {
  const Plan plan = plan_of({"a", "b"});
  EXPECT_TRUE(judge(plan).held);
  approval_.approve(digest(plan));
  EXPECT_FALSE(judge(plan).held);
}

TEST_F(ApprovalTest, CoversWhatIsLeftOfTheApprovedPlan) {
  approve(plan_of({"a", "b", "c", "d"}));
  EXPECT_FALSE(judge(plan_of({"b", "c", "d"})).held);
  EXPECT_FALSE(judge(plan_of({"c", "d"})).held);
}

TEST_F(ApprovalTest, OthersCountAgainstTheLimitBesideIt) {
  approve(plan_of({"a", "b", "c"}));
  EXPECT_FALSE(judge(plan_of({"b", "c", "x"})).held) << "one more is allowed without approval";
  EXPECT_TRUE(judge(plan_of({"b", "c", "x", "y"})).held);
}

TEST_F(ApprovalTest, EndsForAWorkspaceWhoseSpecChanges) {
  approve(plan_of({"a", "b", "c"}));
  specs_["b"] = specs_["c"] = 7;
  EXPECT_TRUE(judge(plan_of({"b", "c"})).held);
}

TEST_F(ApprovalTest, EndsWhenNothingIsLeftToDo) {
  approve(plan_of({"a", "b"}));
  EXPECT_FALSE(judge(Plan()).held);
  EXPECT_TRUE(judge(plan_of({"a", "b"})).held) << "drift of another day is another plan";
}

TEST_F(ApprovalTest, AnotherDigestIsForgotten) {
  const Plan plan = plan_of({"a", "b"});
  approval_.approve(digest(plan));
  EXPECT_TRUE(judge(plan_of({"a", "b", "c"})).held);
  EXPECT_TRUE(judge(plan).held) << "the approval was for a plan that did not come up";
}

}  // namespace
}  // namespace cr::testing
