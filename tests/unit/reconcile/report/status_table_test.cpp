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
    std::vector<specs::SpecPtr> specs;
    for (const WorkspaceStatus& row : rows_) specs.push_back(row.spec);
    table.begin(std::move(specs), end - 2s, end, wall());
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

/// Cycles in which some rest.
class Standing : public ::testing::Test {
 protected:
  static specs::SpecPtr named(const char* name) { return a_spec("alice", name).share(); }
  [[nodiscard]] static WorkspaceStatus row(specs::SpecPtr spec, Reason reason = Reason::InSync) {
    WorkspaceStatus status;
    status.spec = std::move(spec);
    status.ready.reason = reason;
    return status;
  }
  void begin(const specs::SpecList& specs) {
    const async::SteadyTime now{std::chrono::minutes{++minute_}};
    table_.begin(specs, now, now, async::WallTime{std::chrono::minutes{minute_}});
  }
  Rows settle_all(const specs::SpecList& specs) {
    begin(specs);
    for (const specs::SpecPtr& spec : specs) table_.settle(row(spec));
    return table_.end();
  }

  const specs::SpecList specs_{named("a"), named("b"), named("c"), named("d")};
  StatusTable table_;
  int minute_ = 0;
};

TEST_F(Standing, WhereAllRestTheListIsTheSame) {
  const Rows before = settle_all(specs_);
  begin(specs_);
  table_.stand_until(4);
  EXPECT_TRUE(table_.end().is_same(before));
}

TEST_F(Standing, OnlyTheRowThatChangedIsAnother) {
  const Rows before = settle_all(specs_);
  for (std::size_t changed = 0; changed < 4; ++changed) {
    begin(specs_);
    table_.stand_until(changed);
    table_.settle(row(specs_[changed], Reason::Held));
    table_.stand_until(4);
    const Rows after = table_.end();
    ASSERT_EQ(after.size(), 4U);
    for (std::size_t i = 0; i < 4; ++i)
      EXPECT_EQ(after.shared()[i] == before.shared()[i], i > changed) << changed << " " << i;
    EXPECT_EQ(after[changed].spec, specs_[changed]);
    EXPECT_EQ(after[changed].ready.reason, Reason::Held);
  }
}

// Nothing says that the place of a workspace is the one that it had.
TEST_F(Standing, InAnotherListEachFindsItsOwnRow) {
  const Rows before = settle_all(specs_);
  const specs::SpecList next{named("0"), specs_[1], specs_[3]};
  begin(next);
  table_.settle(row(next[0]));
  table_.stand_until(3);
  const Rows after = table_.end();
  ASSERT_EQ(after.size(), 3U);
  EXPECT_EQ(after.shared()[1], before.shared()[1]);
  EXPECT_EQ(after.shared()[2], before.shared()[3]);
}

TEST_F(Standing, WhoSaysTheSameAtAnotherPlaceKeepsWhatIsKnown) {
  settle_all({row(specs_[0]).spec});
  const specs::SpecList moved{a_spec("alice", "a").at("moved.yaml", 7).share()};
  begin(moved);
  table_.stand_anew_until(1);
  const Rows after = table_.end();
  EXPECT_EQ(after[0].spec, moved[0]);
  EXPECT_EQ(after[0].ready.since, async::WallTime{std::chrono::minutes{1}});
}

TEST_F(Standing, OfWhomNothingWasReportedNobodyCanRest) {
  settle_all({specs_[0]});
  begin(specs_);
  EXPECT_THROW(table_.stand_until(4), std::logic_error);
}

// What a cycle with a defect left unfinished is not what the next one builds on.
TEST_F(Standing, ACycleThatDidNotEndLeavesTheRowsOfTheOneBefore) {
  const Rows before = settle_all(specs_);
  const specs::SpecList next{specs_[2]};
  begin(next);
  table_.stand_until(1);
  begin(next);
  table_.stand_until(1);
  const Rows after = table_.end();
  ASSERT_EQ(after.size(), 1U);
  EXPECT_EQ(after.shared()[0], before.shared()[2]);
}

}  // namespace
}  // namespace cr::reconcile
