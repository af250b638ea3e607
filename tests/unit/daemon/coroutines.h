#pragma once

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <stdexcept>

#include "reconcile/async/clock.h"

namespace cr::testing {

/// A coroutine that runs beside the test until it is cancelled or ends, on a context that the test turns.
class Background {
 public:
  Background(boost::asio::io_context& io, async::awaitable<void> task) : io_(io) {
    auto done = [this](std::exception_ptr failure) {
      ended_ = true;
      failure_ = std::move(failure);
    };
    boost::asio::co_spawn(io, std::move(task), boost::asio::bind_cancellation_slot(cancel_.slot(), done));
  }
  ~Background() {
    if (!ended_) stop();
  }
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  /// Cancels it and runs the context until it has unwound.
  void stop() {
    cancel_.emit(boost::asio::cancellation_type::terminal);
    while (!ended_ && io_.run_one_for(std::chrono::seconds{20}) > 0) {
    }
  }
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] std::exception_ptr failure() const { return failure_; }

 private:
  boost::asio::io_context& io_;
  boost::asio::cancellation_signal cancel_;
  bool ended_ = false;
  std::exception_ptr failure_;
};

/// Turns the context until the condition holds. What never comes true ends the test after twenty seconds.
template <class Condition>
void turn_until(boost::asio::io_context& io, Condition condition) {
  while (!condition()) {
    if (io.run_one_for(std::chrono::seconds{20}) == 0)
      throw std::runtime_error("what was waited for did not come");
  }
}

/// Lets everything run that can run without waiting.
inline void turn(boost::asio::io_context& io) {
  while (io.poll() > 0) {
  }
}

}  // namespace cr::testing
