#include "reconcile/execute/turns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

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

TEST(Turns, BeginInThePlansOrder) {
  EXPECT_THAT(Turns().order(plan_of({kA, kB, kC})), ElementsAre(0, 1, 2));
  EXPECT_THAT(Turns().order(Plan()), IsEmpty());
}

TEST(Turns, GoFirstToWhoWasPassedOverLongestAgo) {
  const Plan plan = plan_of({kA, kB, kC});
  Turns turns;
  turns.served(plan, std::vector{kC});
  EXPECT_THAT(turns.order(plan), ElementsAre(2, 0, 1));
  turns.served(plan, std::vector{kB, kC});
  EXPECT_THAT(turns.order(plan), ElementsAre(2, 1, 0));
  turns.served(plan, std::vector{kA, kB});
  EXPECT_THAT(turns.order(plan), ElementsAre(1, 0, 2)) << "c had its turn and waits no longer";
}

TEST(Turns, AreKeptByWhoIsNotInThePlanForACycle) {
  Turns turns;
  turns.served(plan_of({kA, kB, kC}), std::vector{kC});
  turns.served(plan_of({kA, kB}), std::vector{kB});
  EXPECT_THAT(turns.order(plan_of({kA, kB, kC})), ElementsAre(2, 1, 0));
}

TEST(Turns, AreForgottenWithTheDeclaration) {
  Turns turns;
  turns.served(plan_of({kA, kB}), std::vector{kA, kB});
  turns.retain([](const Identity& workspace) { return workspace == kB; });
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
    turns.served(plan, others);
  }
  EXPECT_THAT(had, ::testing::Each(3));
}

}  // namespace
}  // namespace cr::reconcile
