#include "reconcile/report/status_table.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/fields.h"
#include "tests/unit/reconcile/decision_builders.h"

namespace cr::reconcile {
namespace {

using namespace cr::testing;

/// Cycles a minute apart; each reads 2 s before it ends.
class Statuses : public ::testing::Test {
 protected:
  void cycle(std::vector<WorkspaceStatus> rows_) {
    std::sort(rows_.begin(), rows_.end(), [](const auto& a, const auto& b) {
      return specs::identity_of(*a.spec) < specs::identity_of(*b.spec);
    });
    minute += 1;
    const async::SteadyTime end{std::chrono::minutes{minute}};
    table.begin(rows_.size(), end - 2s, end, wall());
    for (WorkspaceStatus& row : rows_) table.settle(std::move(row));
    rows = table.end();
  }
  void cycle(Reason reason, std::vector<Change> drift = {}) { cycle({row(reason, std::move(drift))}); }
  [[nodiscard]] WorkspaceStatus row(Reason reason, std::vector<Change> drift = {}) const {
    WorkspaceStatus status;
    status.spec = spec;
    status.ready.reason = reason;
    status.drift = std::move(drift);
    return status;
  }
  [[nodiscard]] async::WallTime wall() const { return async::WallTime{std::chrono::minutes{minute}}; }
  [[nodiscard]] const WorkspaceStatus& only() const { return rows.front(); }

  specs::SpecPtr spec = a_spec().ttl(8h).share();
  Rows rows;
  StatusTable table;
  int minute = 0;
};

const std::vector<Change> kDrift{{field::ttl, "4h", "8h"}};

TEST_F(Statuses, SinceMovesWithTheReasonAndNotWithTheMessage) {
  cycle(Reason::Updating);
  const auto first = wall();
  EXPECT_EQ(only().ready.since, first);
  WorkspaceStatus same = row(Reason::Updating);
  same.ready.message = "something else";
  cycle({same});
  EXPECT_EQ(only().ready.since, first);
  cycle(Reason::InSync);
  EXPECT_EQ(only().ready.since, wall());
}

TEST_F(Statuses, DriftThatIsNoLongerLookedAtIsNotRepaired) {
  for (const Reason reason : {Reason::Rejected, Reason::Updating, Reason::RateLimited, Reason::NotManageable,
                              Reason::NotRead, Reason::Unreachable}) {
    cycle(Reason::Drifted, kDrift);
    cycle(reason);
    EXPECT_FALSE(only().drift_repaired_after) << to_string(reason);
    cycle(Reason::InSync);
    EXPECT_TRUE(only().drift_repaired_after) << to_string(reason);
  }
}

TEST_F(Statuses, ConvergenceCountsFromTheChangeOfTheSpec) {
  cycle(Reason::InSync);
  EXPECT_FALSE(only().converged_after) << "it was so before we looked";
  spec = a_spec().ttl(4h).share();
  cycle(Reason::Updating);
  EXPECT_FALSE(only().converged_after);
  cycle(Reason::InSync);
  EXPECT_EQ(only().converged_after, 62s);
  cycle(Reason::InSync);
  EXPECT_FALSE(only().converged_after) << "once";
}

TEST_F(Statuses, AFileThatIsReadAgainIsNoChange) {
  cycle(Reason::InSync);
  spec = a_spec().ttl(8h).at("moved.yaml", 99).share();
  cycle(Reason::InSync);
  EXPECT_FALSE(only().converged_after);
}

TEST_F(Statuses, ANewSpecConvergesFromItsFirstCycle) {
  cycle(Reason::InSync);
  const auto old = row(Reason::InSync);
  spec = a_spec("bob").share();
  cycle({old, row(Reason::InSync)});
  EXPECT_EQ(rows[1].converged_after, 2s);
  EXPECT_FALSE(rows[0].converged_after);
}

TEST_F(Statuses, WhatWasOutOfSyncAtTheFirstLookConvergesToo) {
  cycle(Reason::Updating, kDrift);
  cycle(Reason::InSync);
  EXPECT_EQ(only().converged_after, 62s);
}

TEST_F(Statuses, WhatIsRepairedInTheFirstCycleHasConverged) {
  cycle(Reason::InSync, kDrift);
  EXPECT_EQ(only().converged_after, 2s);
}

TEST_F(Statuses, RepairCountsFromTheReadThatSawDriftToTheReadThatSawItGone) {
  cycle(Reason::InSync);
  cycle(Reason::Updating, kDrift);
  cycle(Reason::Updating, kDrift);
  EXPECT_FALSE(only().drift_repaired_after);
  cycle(Reason::InSync);
  EXPECT_EQ(only().drift_repaired_after, 2min);
  EXPECT_FALSE(only().converged_after) << "the spec did not change";
}

TEST_F(Statuses, WhatIsRepairedAndReadBackInOneCycleIsRepairedInIt) {
  cycle(Reason::InSync);
  cycle(Reason::InSync, kDrift);
  EXPECT_EQ(only().drift_repaired_after, 2s);
  cycle(Reason::InSync);
  EXPECT_FALSE(only().drift_repaired_after) << "once";
}

TEST_F(Statuses, ACycleThatCouldNotReadSeesNothingGone) {
  cycle(Reason::Updating, kDrift);
  cycle(Reason::Unreachable);
  EXPECT_FALSE(only().drift_repaired_after);
  cycle(Reason::InSync);
  EXPECT_EQ(only().drift_repaired_after, 2min);
}

TEST_F(Statuses, SuspendingIsNoRepair) {
  cycle(Reason::Updating, kDrift);
  cycle(Reason::Suspended);
  cycle(Reason::InSync);
  EXPECT_FALSE(only().drift_repaired_after);
}

TEST_F(Statuses, InformationalDriftIsNothingToRepair) {
  cycle(Reason::InSync, {{Field::template_ref, "a", "b"}});
  cycle(Reason::InSync);
  EXPECT_FALSE(only().drift_repaired_after);
}

TEST_F(Statuses, WhatIsNoLongerDeclaredIsForgotten) {
  cycle(Reason::InSync);
  cycle(std::vector<WorkspaceStatus>{});
  EXPECT_TRUE(rows.empty());
  cycle(Reason::InSync);
  EXPECT_EQ(only().ready.since, wall());
}

TEST_F(Statuses, RowsThatComeAndGoKeepTheirNeighboursRecords) {
  const auto spec_of = [&](const std::string& owner) {
    WorkspaceStatus status = row(Reason::InSync);
    status.spec = a_spec(owner).share();
    return status;
  };
  cycle({spec_of("a"), spec_of("c"), spec_of("e")});
  const auto first = wall();
  cycle({spec_of("b"), spec_of("c"), spec_of("d"), spec_of("e"), spec_of("f")});
  ASSERT_EQ(rows.size(), 5U);
  EXPECT_EQ(rows[0].ready.since, wall());
  EXPECT_EQ(rows[1].ready.since, first);
  EXPECT_EQ(rows[2].ready.since, wall());
  EXPECT_EQ(rows[3].ready.since, first);
  EXPECT_EQ(rows[4].ready.since, wall());
}

// --- what did not change is the same object ---

class SharedRows : public Statuses {
 protected:
  [[nodiscard]] WorkspaceStatus row_of(const specs::SpecPtr& of, Reason reason = Reason::InSync) const {
    WorkspaceStatus status = row(reason);
    status.spec = of;
    return status;
  }
  void cycle_of_three(Reason second) { cycle({row_of(a_), row_of(b_, second), row_of(c_)}); }
  const specs::SpecPtr a_ = a_spec("a").share(), b_ = a_spec("b").share(), c_ = a_spec("c").share();
};

TEST_F(SharedRows, AQuietCycleGivesTheSameListOfTheSameObjects) {
  cycle_of_three(Reason::InSync);
  const Rows before = rows;
  cycle_of_three(Reason::InSync);
  EXPECT_EQ(rows.shared(), before.shared());
  EXPECT_EQ(&rows.shared(), &before.shared());
}

TEST_F(SharedRows, OneRowThatChangesIsTheOneNewObject) {
  cycle_of_three(Reason::InSync);
  const Rows before = rows;
  cycle_of_three(Reason::Drifted);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows.shared()[0], before.shared()[0]);
  EXPECT_NE(rows.shared()[1], before.shared()[1]);
  EXPECT_EQ(rows.shared()[2], before.shared()[2]);
  EXPECT_EQ(before[1].ready.reason, Reason::InSync) << "a report that was published never changes";
  EXPECT_EQ(rows[1].ready.reason, Reason::Drifted);
}

TEST_F(SharedRows, WhoComesAndGoesLeavesTheOthersTheirObjects) {
  cycle_of_three(Reason::InSync);
  const Rows before = rows;
  cycle({row_of(b_), row_of(c_)});
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows.shared()[0], before.shared()[1]);
  EXPECT_EQ(rows.shared()[1], before.shared()[2]);
  cycle({row_of(b_)});
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows.shared()[0], before.shared()[1]);
}

TEST_F(SharedRows, AnEqualErrorIsNoChange) {
  const auto failed = [&](const std::string& detail) {
    WorkspaceStatus status = row_of(a_, Reason::Unreachable);
    status.last_error = std::make_shared<const coder::ApiError>(coder::ApiFault::unreachable, detail);
    cycle({status});
  };
  failed("connection refused");
  const Rows before = rows;
  failed("connection refused");
  EXPECT_EQ(rows.shared()[0], before.shared()[0]);
  failed("name does not resolve");
  EXPECT_NE(rows.shared()[0], before.shared()[0]);
}

TEST_F(SharedRows, ASpecThatWasReadAnewIsShownAtItsNewPlace) {
  cycle({row_of(a_)});
  const auto first = wall();
  const auto moved = a_spec("a").at("moved.yaml", 99).share();
  cycle({row_of(moved)});
  EXPECT_EQ(rows[0].spec, moved);
  EXPECT_EQ(rows[0].ready.since, first);
}

}  // namespace
}  // namespace cr::reconcile
