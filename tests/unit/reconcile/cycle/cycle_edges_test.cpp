#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
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
  spec->body.edit().template_ref = "docker";
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
  Reconciler reconciler({coder}, {.all = &coder}, clock, observer, {});
  const specs::DesiredState desired = alice_dev();
  const auto failed = run_coroutine(reconciler.run_cycle(desired));
  EXPECT_EQ(failed->result, CycleResult::failed);
  EXPECT_EQ(failed->internal_error, "a defect of ours");
  coder.before = {};
  const auto next = run_coroutine(reconciler.run_cycle(desired));
  EXPECT_EQ(next->result, CycleResult::in_sync);
  EXPECT_TRUE(next->internal_error.empty());
}

TEST(Cancellation, PassesThroughAndTheNextCycleWorks) {
  ScriptedCoder coder;
  coder.fleet = {a_live(1, "alice", "dev")};
  ManualClock clock;
  reconcile::Observer observer;
  Reconciler reconciler({coder}, {.all = &coder}, clock, observer, {});
  const specs::DesiredState desired = alice_dev();

  boost::asio::io_context context;
  boost::asio::cancellation_signal stop;
  coder.hold("name ", [&] {
    boost::asio::post(context, [&] { stop.emit(boost::asio::cancellation_type::terminal); });
  });
  boost::system::error_code code;
  auto on_end = [&](const std::exception_ptr& failure, const ReportPtr&) {
    try {
      if (failure) std::rethrow_exception(failure);
    } catch (const boost::system::system_error& error) {
      code = error.code();
    }
  };
  boost::asio::co_spawn(context, reconciler.run_cycle(desired),
                        boost::asio::bind_cancellation_slot(stop.slot(), on_end));
  context.run();
  EXPECT_EQ(code, boost::asio::error::operation_aborted);

  coder.release();
  EXPECT_EQ(run_coroutine(reconciler.run_cycle(desired))->result, CycleResult::in_sync);
}

}  // namespace
}  // namespace cr::testing
