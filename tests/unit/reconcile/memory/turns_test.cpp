#include "reconcile/memory/turns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "tests/unit/reconcile/memory/cycle_builder.h"

namespace cr::reconcile {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Identity kA{"alice", "a"};
const Identity kB{"alice", "b"};
const Identity kC{"alice", "c"};

Plan plan_of(const std::vector<Identity>& workspaces) {
  Plan plan;
  for (const Identity& workspace : workspaces) {
    StopWorkspace stop;
    stop.workspace = workspace;
    WorkspacePlan one;
    one.workspace = workspace;
    one.actions.emplace_back(stop);
    plan.workspaces.push_back(one);
  }
  return plan;
}

/// A cycle that carried out the plan, but for those who were passed over; `also` is declared, too.
void serve(Turns& turns, const Plan& plan, const std::vector<Identity>& passed_over,
           const std::vector<Identity>& also = {}) {
  std::set<Identity> declared(also.begin(), also.end());
  for (const WorkspacePlan& one : plan.workspaces) declared.insert(one.workspace);
  testing::CycleBuilder cycle;
  for (const Identity& workspace : declared) {
    auto one = cycle.add(testing::a_spec(workspace.owner, workspace.name));
    const bool planned = std::ranges::count(plan.workspaces, workspace, &WorkspacePlan::workspace) > 0;
    const bool passed = std::ranges::count(passed_over, workspace) > 0;
    if (planned)
      one.did(StopWorkspace{workspace, {}}, passed ? ActionResult::skipped : ActionResult::success);
    one.done().passed_over = passed;
  }
  turns.observe(cycle.facts());
}

TEST(Turns, BeginInThePlansOrder) {
  EXPECT_THAT(Turns().order(plan_of({kA, kB, kC})), ElementsAre(0, 1, 2));
  EXPECT_THAT(Turns().order(Plan()), IsEmpty());
}

TEST(Turns, GoFirstToWhoWasPassedOverLongestAgo) {
  const Plan plan = plan_of({kA, kB, kC});
  Turns turns;
  serve(turns, plan, {kC});
  EXPECT_THAT(turns.order(plan), ElementsAre(2, 0, 1));
  serve(turns, plan, {kB, kC});
  EXPECT_THAT(turns.order(plan), ElementsAre(2, 1, 0));
  serve(turns, plan, {kA, kB});
  EXPECT_THAT(turns.order(plan), ElementsAre(1, 0, 2)) << "c had its turn and waits no longer";
}

TEST(Turns, AreKeptByWhoIsNotInThePlanForACycle) {
  Turns turns;
  serve(turns, plan_of({kA, kB, kC}), {kC});
  serve(turns, plan_of({kA, kB}), {kB}, {kC});
  EXPECT_THAT(turns.order(plan_of({kA, kB, kC})), ElementsAre(2, 1, 0));
}

TEST(Turns, AreForgottenWithTheDeclaration) {
  Turns turns;
  serve(turns, plan_of({kA, kB}), {kA, kB});
  serve(turns, {}, {}, {kB});
  EXPECT_EQ(turns.size(), 1U);
  EXPECT_THAT(turns.order(plan_of({kA, kB})), ElementsAre(1, 0));
}

/// One slot, and workspaces that want one in every cycle, whatever becomes of the others.
TEST(Turns, ComeToEveryoneHoweverOftenTheOthersComeBack) {
  std::vector<Identity> all;
  for (char name = 'a'; name <= 'j'; ++name) all.push_back({"alice", std::string(1, name)});
  const Plan plan = plan_of(all);
  Turns turns;
  std::vector<int> had(all.size(), 0);
  for (std::size_t cycle = 0; cycle < 3 * all.size(); ++cycle) {
    const std::size_t first = turns.order(plan).front();
    ++had[first];
    std::vector<Identity> others = all;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(first));
    serve(turns, plan, others);
  }
  EXPECT_THAT(had, ::testing::Each(3));
}

}  // namespace
}  // namespace cr::reconcile
