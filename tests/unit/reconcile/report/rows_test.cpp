#include "reconcile/report/rows.h"

#include <gtest/gtest.h>

#include "tests/support/fields.h"
#include "tests/unit/reconcile/decision_builders.h"

namespace cr::reconcile {
namespace {

using namespace cr::testing;

WorkspaceStatus row(Reason reason, std::vector<Change> drift = {}) {
  WorkspaceStatus status;
  status.spec = a_spec().share();
  status.ready.reason = reason;
  status.drift = std::move(drift);
  return status;
}
const Change kTtl{field::ttl, "4h", "8h"};
bool is_in_sync(Reason reason) {
  return reason == Reason::InSync;
}

TEST(Rows, AreCountedByReasonAndDriftedField) {
  const Rows rows{row(Reason::InSync), row(Reason::Drifted, {kTtl}), row(Reason::Updating, {kTtl}),
                  row(Reason::Suspended, {kTtl})};
  EXPECT_EQ(rows.counts().of(Reason::InSync), 1U);
  EXPECT_EQ(rows.counts().of(Reason::Suspended), 1U);
  EXPECT_EQ(rows.counts().of(Reason::Held), 0U);
  EXPECT_EQ(rows.counts().drifted(field::ttl), 2U) << "an order is no drift";
  EXPECT_FALSE(rows.counts().all(is_in_sync));
}

TEST(Rows, WhatIsAddedIsCountedAndNoCopySeesIt) {
  Rows rows{row(Reason::InSync)};
  EXPECT_TRUE(rows.counts().all(is_in_sync));
  const Rows before = rows;
  EXPECT_TRUE(before.is_same(rows));
  rows.push_back(row(Reason::Held));
  EXPECT_FALSE(before.is_same(rows));
  EXPECT_EQ(before.size(), 1U);
  EXPECT_EQ(before.counts().of(Reason::Held), 0U);
  EXPECT_EQ(rows.counts().of(Reason::Held), 1U);
  EXPECT_FALSE(rows.counts().all(is_in_sync));
}

TEST(Rows, NoneAreAllOfAnything) {
  EXPECT_TRUE(Rows().counts().all(is_in_sync));
  EXPECT_EQ(Rows().counts().of(Reason::InSync), 0U);
  EXPECT_EQ(Rows().counts().drifted(field::ttl), 0U);
  EXPECT_TRUE(Rows().is_same(Rows(std::vector<Rows::Row>())));
}

}  // namespace
}  // namespace cr::reconcile
