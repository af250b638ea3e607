#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "reconcile/cycle.h"
#include "specs/desired_state.h"
#include "tests/support/builders.h"
#include "tests/support/manual_clock.h"
#include "tests/support/run_coroutine.h"
#include "tests/support/scripted_api.h"

namespace cr::testing {
namespace {

specs::DesiredState alice_dev() {
  auto spec = std::make_shared<specs::WorkspaceSpec>();
  spec->owner = "alice";
  spec->name = "dev";
  spec->template_ref = "docker";
  specs::DesiredState desired;
  desired.specs = {spec};
  return desired;
}

TEST(Defect, IsCaughtAtTheEdgeOfTheCycleAndTheNextOneWorks) {
  ScriptedCoder coder;
  coder.fleet = {a_live(1, "alice", "dev")};
  coder.before = [](const std::string&) { throw std::logic_error("a defect of ours"); };
  ManualClock clock;
  reconcile::Observer observer;
  Reconciler reconciler(coder, &coder, clock, observer, {});
  const specs::DesiredState desired = alice_dev();
  const auto failed = run_coroutine(reconciler.run_cycle(desired));
  EXPECT_EQ(failed->result, CycleResult::failed);
  EXPECT_EQ(failed->internal_error, "a defect of ours");
  coder.before = {};
  const auto next = run_coroutine(reconciler.run_cycle(desired));
  EXPECT_EQ(next->result, CycleResult::in_sync);
  EXPECT_TRUE(next->internal_error.empty());
}

}  // namespace
}  // namespace cr::testing
