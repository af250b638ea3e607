#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include "reconcile/async/clock.h"
#include "reconcile/async/structured.h"

namespace cr::async {

/// A flag that can be waited for. However often it is raised before somebody looks, that is once. One thread.
class Signal {
 public:
  explicit Signal(const boost::asio::any_io_executor& executor) : wake_(executor, 1) {}

  /// Returns at once.
  void raise() { wake_.try_send(boost::system::error_code{}); }
  void lower() {
    wake_.try_receive([](boost::system::error_code) {});
  }

  /// Returns when it is raised, at once if it is, and lowers it; or when `deadline` has passed. Throws
  /// operation_aborted when cancelled.
  [[nodiscard]] awaitable<void> wait_until(Clock& clock, SteadyTime deadline) {
    auto raised = wait();
    auto alarm = clock.ring_at(deadline);
    co_await until_first_ends(std::move(raised), std::move(alarm));
    const auto state = co_await boost::asio::this_coro::cancellation_state;
    if (state.cancelled() != boost::asio::cancellation_type::none)
      throw boost::system::system_error(boost::asio::error::operation_aborted);
  }

 private:
  /// Ends without a word when cancelled, as the alarm does: of two that race one always is.
  [[nodiscard]] awaitable<void> wait() {
    co_await wake_.async_receive(boost::asio::as_tuple(boost::asio::use_awaitable));
  }

  // A channel that holds one message is such a flag: sending to a full one changes nothing.
  boost::asio::experimental::channel<void(boost::system::error_code)> wake_;
};

}  // namespace cr::async
