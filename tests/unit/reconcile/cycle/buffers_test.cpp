// A fleet's buffers are megabytes: what one cycle was made in the next one is made in.
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "reconcile/cycle.h"
#include "tests/support/run_coroutine.h"
#include "tests/unit/reconcile/cycle/cycle_parts.h"

namespace cr::testing {
namespace {

using CycleBuffers = CycleParts;

TEST_F(CycleBuffers, AreLentFromCycleToCycle) {
  for (std::uint32_t i = 0; i < 300; ++i) {
    const std::string name = std::to_string(100 + i);
    reads(a_spec("alice", name), a_live(i, "alice", name));
  }
  const Facts* const place = state().declared.data();
  state().give_buffers_back();
  EXPECT_TRUE(memory_.buffers.declared.empty()) << "what they held was the cycle's";
  next_cycle();
  EXPECT_EQ(state().declared.data(), place);
  EXPECT_EQ(memory_.buffers.declared.capacity(), 0U) << "lent";
}

TEST_F(CycleBuffers, AreLostWithACycleThatEndsBadly) {
  reads(a_spec("alice", "a"), a_live(1, "alice", "a"));
  next_cycle();
  EXPECT_EQ(memory_.buffers.declared.capacity(), 0U);
  EXPECT_TRUE(state().declared.empty());
}

/// A defect in the middle of a cycle, while its buffers are in use: the next one reads and says the same as
/// the one before.
TEST(LentBuffers, AreNotMissedAfterADefectInTheMiddleOfACycle) {
  ScriptedCoder coder;
  ManualClock clock;
  reconcile::Observer observer;
  reconcile::Reconciler reconciler({coder}, {}, clock, observer, {});
  specs::DesiredState desired;
  for (std::uint32_t i = 1; i <= 400; ++i) {
    const std::string name = "w" + std::to_string(1'000 + i);
    desired.specs.push_back(a_spec("alice", name).share());
    coder.fleet.push_back(a_live(i, "alice", name));
  }
  const auto cycle = [&] {
    auto one = reconciler.run_cycle(desired);
    return run_coroutine(std::move(one));
  };
  const ReportPtr before = cycle();
  ASSERT_EQ(before->count(Reason::InSync), 400U);
  int calls = 0;
  coder.before = [&](const std::string&) {
    if (++calls == 2) throw std::logic_error("a defect of ours");
  };
  EXPECT_FALSE(cycle()->internal_error.empty());
  coder.before = nullptr;
  const ReportPtr after = cycle();
  ASSERT_EQ(after->workspaces.size(), 400U);
  for (std::size_t i = 0; i < 400; ++i) {
    EXPECT_EQ(after->workspaces[i].id, before->workspaces[i].id);
    EXPECT_EQ(after->workspaces[i].ready.reason, Reason::InSync);
  }
}

TEST_F(CycleBuffers, OfAMuchLargerFleetAreGivenUp) {
  reads(a_spec("alice", "a"), a_live(1, "alice", "a"));
  ASSERT_GE(state().declared.capacity(), 1'000U);
  state().give_buffers_back();
  EXPECT_EQ(memory_.buffers.declared.capacity(), 0U);
}

// There is one for each declared workspace, also between cycles.
TEST_F(CycleBuffers, HoldLittleOfEachWorkspace) {
  EXPECT_LE(sizeof(Facts) + sizeof(reconcile::LiveEntry), 96U);
}

}  // namespace
}  // namespace cr::testing
