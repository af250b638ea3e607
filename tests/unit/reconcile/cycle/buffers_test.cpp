// A fleet's buffers are megabytes: what one cycle was made in the next one is made in.
#include <gtest/gtest.h>

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
