#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "reconcile/async/clock.h"
#include "reconcile/async/structured.h"

namespace cr::async {

/// A flag that can be waited for, by one at a time. However often it is raised before somebody looks, that is
/// once. One thread.
class Signal {
 public:
  explicit Signal(const boost::asio::any_io_executor& executor)
      : wake_(executor, boost::asio::steady_timer::time_point::max()) {}

  /// Returns at once.
  void raise() {
    raised_ = true;
    wake_.cancel();
  }
  void lower() { raised_ = false; }

  /// Returns when it is raised, at once if it is, and lowers it; or when `deadline` has passed. Throws
  /// operation_aborted when cancelled.
  [[nodiscard]] awaitable<void> wait_until(Clock& clock, SteadyTime deadline) {
    auto raised = wait();
    auto alarm = clock.ring_at(deadline);
    co_await until_first_ends(std::move(raised), std::move(alarm));
    const auto state = co_await boost::asio::this_coro::cancellation_state;
    if (state.cancelled() != boost::asio::cancellation_type::none)
      throw boost::system::system_error(boost::asio::error::operation_aborted);
    lower();
  }

 private:
  /// Ends without a word when cancelled, as the alarm does: of two that race one always is.
  [[nodiscard]] awaitable<void> wait() {
    if (!raised_) co_await wake_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  }

  // A timer that never ends is what can be waited for. Boost 1.81's channel loses a message that is sent
  // after a wait for one was cancelled: it takes its buffer for full.
  boost::asio::steady_timer wake_;
  bool raised_ = false;
};

}  // namespace cr::async
