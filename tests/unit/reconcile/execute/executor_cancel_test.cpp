#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include "executor_fixture.h"

namespace cr::testing {
namespace {

class CancelledExecution : public ExecutorTest {
 protected:
  /// Executes, cancels once a call that begins with `prefix` is under way, then lets that call end.
  std::exception_ptr execute_and_cancel_at(std::string prefix) {
    boost::asio::io_context context;
    boost::asio::cancellation_signal stop;
    coder_.hold(std::move(prefix), [&] {
      boost::asio::post(context, [&] {
        stop.emit(boost::asio::cancellation_type::terminal);
        boost::asio::post(context, [&] { coder_.release(); });
      });
    });
    work_.plan = &plan_;
    work_.follow_ups = [](const Identity&, const LiveWorkspace&, bool) { return std::vector<Action>(); };
    work_.concurrency = 1;
    std::exception_ptr thrown;
    auto on_end = [&](std::exception_ptr failure, const Executed&) { thrown = failure; };
    boost::asio::co_spawn(context, reconcile::execute(coder_, coder_, clock_, listener_, work_),
                          boost::asio::bind_cancellation_slot(stop.slot(), on_end));
    context.run();
    return thrown;
  }

  static bool is_abort(const std::exception_ptr& thrown) {
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& error) {
      return error.code() == boost::asio::error::operation_aborted;
    } catch (...) {
    }
    return false;
  }
};

TEST_F(CancelledExecution, LetsTheWriteUnderWayEndAndStartsNoOther) {
  coder_.fleet = {a_live(1, "alice", "a"), a_live(2, "alice", "b")};
  plan({plan_for({ttl(1, "a", 60), ttl(1, "a", 61)}), plan_for({ttl(2, "b", 60)})});
  const std::exception_ptr thrown = execute_and_cancel_at("ttl 1 60m");
  EXPECT_TRUE(is_abort(thrown));
  EXPECT_EQ(coder_.fleet[0].ttl, std::chrono::minutes(60)) << "the write under way had to end";
  EXPECT_EQ(coder_.calls().size(), 1U) << "no other may start";
  ASSERT_EQ(listener_.heard.size(), 1U);
  EXPECT_EQ(listener_.heard[0].result, ActionResult::success);
}

TEST_F(CancelledExecution, LetsACreateUnderWayEnd) {
  plan({plan_for({create("a")}), plan_for({create("b")})});
  const std::exception_ptr thrown = execute_and_cancel_at("create a");
  EXPECT_TRUE(is_abort(thrown));
  EXPECT_NE(coder_.find("alice", "a"), nullptr);
  EXPECT_EQ(coder_.find("alice", "b"), nullptr);
}

TEST_F(CancelledExecution, DoesNotCreateAfterALookThatWasCancelled) {
  plan({create("a")});
  const std::exception_ptr thrown = execute_and_cancel_at("name ");
  EXPECT_TRUE(is_abort(thrown));
  EXPECT_EQ(coder_.count("create"), 0U);
}

}  // namespace
}  // namespace cr::testing
