#include "reconcile/read/costs.h"

#include <gtest/gtest.h>

namespace cr::reconcile {
namespace {

using namespace std::chrono_literals;
using Cost = ReadCosts::Cost;

TEST(ReadCosts, ABatchOfIdsCostsTheSameInAnyFleet) {
  const ReadCosts costs;
  EXPECT_EQ(costs.of(ReadKind::ids, 100, 100), costs.of(ReadKind::ids, 100, 1'000'000));
  EXPECT_EQ(costs.of(ReadKind::ids, 100, 0), Cost(75));
}

TEST(ReadCosts, APageCostsMoreInALargerFleet) {
  const ReadCosts costs;
  EXPECT_LT(costs.of(ReadKind::page, 500, 10'000), costs.of(ReadKind::page, 500, 100'000));
}

TEST(ReadCosts, MeasurementsMoveTheCostTowardsWhatWasMeasured) {
  ReadCosts costs;
  const Cost before = costs.of(ReadKind::ids, 150, 0);
  for (int i = 0; i < 50; ++i) {
    costs = learn(costs, {.kind = ReadKind::ids, .rows = 150, .fleet = 0, .took = 300ms});
  }
  EXPECT_NEAR(costs.of(ReadKind::ids, 150, 0).count(), 300, 1) << "was " << before.count();
}

TEST(ReadCosts, OneStalledRequestDoesNotTurnTheChoice) {
  const ReadCosts costs;
  const ReadCosts after = learn(costs, {.kind = ReadKind::name, .rows = 1, .fleet = 0, .took = 1h});
  EXPECT_LE(after.of(ReadKind::name, 1, 0), 3 * costs.of(ReadKind::name, 1, 0));
}

TEST(ReadCosts, AMeasurementOfOneKindLeavesTheOthersAlone) {
  const ReadCosts costs;
  const ReadCosts after = learn(costs, {.kind = ReadKind::page, .rows = 500, .fleet = 10'000, .took = 3s});
  EXPECT_EQ(after.of(ReadKind::ids, 100, 0), costs.of(ReadKind::ids, 100, 0));
  EXPECT_EQ(after.of(ReadKind::name, 1, 0), costs.of(ReadKind::name, 1, 0));
  EXPECT_EQ(after.of(ReadKind::owner, 10, 0), costs.of(ReadKind::owner, 10, 0));
  EXPECT_GT(after.of(ReadKind::page, 500, 10'000), costs.of(ReadKind::page, 500, 10'000));
}

}  // namespace
}  // namespace cr::reconcile
