#include "reconcile/plan/guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "reconcile/plan/planner.h"
#include "tests/support/fields.h"
#include "tests/unit/reconcile/decision_builders.h"

namespace cr::reconcile {
namespace {

using namespace cr::testing;
using ::testing::HasSubstr;

Plan a_plan(std::size_t workspaces) {
  std::vector<WorkspacePlan> plans;
  for (std::size_t i = 0; i < workspaces; ++i) {
    const Identity identity{"alice", "w" + std::to_string(1000 + i)};
    plans.push_back({identity,
                     {set_ttl(identity, a_workspace_id(1), {}, 8h),
                      set_autostart(identity, a_workspace_id(1), "", "0 9 * * *")},
                     ""});
  }
  return {plans};
}

struct LimitCase {
  std::string name;
  std::string text;
  std::size_t declared;
  std::size_t limit;
};

class LimitTable : public ::testing::TestWithParam<LimitCase> {};

TEST_P(LimitTable, IsUnderstood) {
  const auto limit = parse_change_limit(GetParam().text);
  ASSERT_TRUE(limit);
  EXPECT_EQ(limit->for_declared(GetParam().declared), GetParam().limit);
}

INSTANTIATE_TEST_SUITE_P(ChangeLimit, LimitTable,
                         ::testing::Values(LimitCase{"AShareIsRoundedDown", "30%", 99, 29},
                                           LimitCase{"AShareIsAtLeastTen", "30%", 12, 10},
                                           LimitCase{"AllOfThem", "100%", 500, 500},
                                           LimitCase{"HalfPercents", "0.5%", 10000, 50},
                                           LimitCase{"ACountIsTakenAsItIs", "3", 1000, 3},
                                           LimitCase{"ZeroHoldsEverything", "0", 1000, 0}),
                         [](const auto& test) { return test.param.name; });

TEST(ChangeLimit, DefaultIsThirtyPercentAndAtLeastTen) {
  EXPECT_EQ(ChangeLimit{}.for_declared(100), 30U);
  EXPECT_EQ(ChangeLimit{}.for_declared(5), 10U);
}

TEST(ChangeLimit, RefusesWhatIsNeitherACountNorAShare) {
  for (const char* text : {"", "%", "-1", "-5%", "101%", "1e1%", "inf%", "30 %", " 3", "3x", "1.5", "0x10",
                           "1.2.3%", "99999999999999999999999"})
    EXPECT_FALSE(parse_change_limit(text)) << text;
}

TEST(Guard, LetsAPlanWithinTheLimitGo) {
  const Verdict verdict = judge(a_plan(10), 10, {}, 0);
  EXPECT_FALSE(verdict.held);
  EXPECT_FALSE(verdict.approved);
  EXPECT_EQ(verdict.changes, 10U) << "workspaces, not actions";
  EXPECT_EQ(a_plan(10).action_count(), 20U);
  EXPECT_EQ(verdict.digest.size(), 16U);
}

TEST(Guard, HoldsAPlanOverTheLimitAndPrintsEachWayOut) {
  const Plan plan = a_plan(11);
  const GuardWords words{.limit = "the setting", .ways_out = "Say yes to {digest}, or raise it"};
  const Verdict verdict = judge(plan, 20, {}, 0, words);
  EXPECT_TRUE(verdict.held);
  EXPECT_EQ(verdict.limit, 10U);
  EXPECT_EQ(verdict.message,
            "the plan changes 11 of 20 declared workspaces, more than the limit of 10 (the setting 30%, at "
            "least 10); nothing is changed. Say yes to " +
                digest(plan) + ", or raise it");
}

TEST(Guard, AWayOutNeedNotNameTheDigest) {
  const Verdict verdict = judge(a_plan(11), 20, {}, 0, {.limit = "limit", .ways_out = "Ask somebody"});
  EXPECT_TRUE(verdict.message.ends_with("nothing is changed. Ask somebody")) << verdict.message;
}

TEST(Guard, WhatIsApprovedDoesNotCountAgainstTheLimit) {
  const Verdict all = judge(a_plan(12), 20, {}, 12);
  EXPECT_FALSE(all.held);
  EXPECT_TRUE(all.approved);
  EXPECT_FALSE(judge(a_plan(12), 20, {}, 2).held);
  const Verdict too_few = judge(a_plan(12), 20, {}, 1);
  EXPECT_TRUE(too_few.held);
  EXPECT_FALSE(too_few.approved);
  EXPECT_THAT(too_few.message, HasSubstr("12 of 20 declared workspaces (1 of them already approved)"));
  EXPECT_FALSE(judge(a_plan(10), 20, {}, 3).approved) << "nobody's yes was needed";
}

TEST(Guard, AnEmptyPlanIsNeverHeldAndHasNoDigest) {
  const Verdict verdict = judge({}, 100, {.count = 0}, 0);
  EXPECT_FALSE(verdict.held);
  EXPECT_EQ(verdict.digest, "");
}

TEST(Guard, CreatesCount) {
  std::vector<WorkspacePlan> plans;
  for (int i = 0; i < 11; ++i) {
    const Identity identity{"alice", "w" + std::to_string(i)};
    plans.push_back({identity, {CreateWorkspace{identity, {}, "docker"}}, ""});
  }
  EXPECT_TRUE(judge(assemble_plan(plans), 20, {}, 0).held);
}

TEST(Digest, ChangesWithEveryNewValueAndKind) {
  const Identity dev{"alice", "dev"};
  const WorkspaceId id = a_workspace_id(1);
  coder::CreateRequest request;
  request.name = "dev";
  coder::CreateRequest with_parameter = request;
  with_parameter.parameters = {{"a", "b"}};
  coder::CreateRequest shifted = request;
  shifted.parameters = {{"ab", ""}};
  const std::vector<std::vector<Action>> different{
      {set_ttl(dev, id, {}, 8h)},
      {set_ttl(dev, id, {}, 4h)},
      {set_ttl(dev, id, 8h, {})},
      {set_autostart(dev, id, "", "0 9 * * *")},
      {set_autostart(dev, id, "", "0 8 * * *")},
      {set_autostart(dev, id, "x", "")},
      {set_automatic_updates(dev, id, false, true)},
      {set_automatic_updates(dev, id, true, false)},
      {StopWorkspace{dev, id}},
      {set_dormant(dev, id, true)},
      {set_dormant(dev, id, false)},
      {RetryFirstBuild{dev, id, 1}},
      {CreateWorkspace{dev, request, "docker"}},
      {CreateWorkspace{dev, request, "docker", {{field::ttl, "", wish_for_ttl(1h)}}}},
      {CreateWorkspace{dev, request, "docker", {{field::ttl, "", wish_for_ttl(2h)}}}},
      {CreateWorkspace{dev, with_parameter, "docker"}},
      {CreateWorkspace{dev, shifted, "docker"}},
      {StopWorkspace{dev, id}, set_ttl(dev, id, {}, 8h)},
  };
  std::set<std::string> digests;
  for (const auto& actions : different) digests.insert(digest(Plan{{WorkspacePlan{dev, actions, ""}}}));
  EXPECT_EQ(digests.size(), different.size());
}

TEST(Digest, DoesNotDependOnOldValuesIdsOrWhatFollows) {
  const Identity dev{"alice", "dev"};
  const Plan one{{WorkspacePlan{dev, {set_ttl(dev, a_workspace_id(1), 1h, 8h)}, ""}}};
  const Plan two{{WorkspacePlan{dev, {set_ttl(dev, a_workspace_id(2), 2h, 8h)}, "later"}}};
  EXPECT_EQ(digest(one), digest(two));
}

}  // namespace
}  // namespace cr::reconcile
