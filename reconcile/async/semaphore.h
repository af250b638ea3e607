#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <cstddef>
#include <list>
#include <utility>

#include "reconcile/async/clock.h"

namespace cr::async {

/// Lets at most so many coroutines into a section at a time, in the order in which they asked. Outlives its
/// permits and waiters. One thread.
class Semaphore {
 public:
  explicit Semaphore(std::size_t permits) : free_(permits) {}
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  /// A place in the section; leaving is its destructor.
  class Permit {
   public:
    explicit Permit(Semaphore& from) : from_(&from) {}
    Permit(Permit&& other) noexcept : from_(std::exchange(other.from_, nullptr)) {}
    Permit& operator=(Permit&&) = delete;
    ~Permit() {
      if (from_ != nullptr) from_->give_back();
    }

   private:
    Semaphore* from_;
  };

  /// Waits for a place. Throws operation_aborted when cancelled; the place then goes to the next.
  [[nodiscard]] awaitable<Permit> acquire() {
    if (free_ > 0) {
      --free_;
      co_return Permit(*this);
    }
    Waiter waiter(*this, co_await boost::asio::this_coro::executor);
    boost::system::error_code woken;
    auto token = boost::asio::redirect_error(boost::asio::use_awaitable, woken);
    co_await waiter.timer.async_wait(token);
    if (!waiter.granted) throw boost::system::system_error(boost::asio::error::operation_aborted);
    co_return Permit(*this);
  }

 private:
  struct Waiter {
    Waiter(Semaphore& at_, const boost::asio::any_io_executor& executor)
        : at(at_), timer(executor, boost::asio::steady_timer::time_point::max()) {
      place = at.waiters_.insert(at.waiters_.end(), this);
    }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    ~Waiter() {
      if (!granted) at.waiters_.erase(place);
    }

    Semaphore& at;
    boost::asio::steady_timer timer;  // never fires: a permit or cancellation ends the wait
    bool granted = false;
    std::list<Waiter*>::iterator place;
  };

  void give_back() {
    if (waiters_.empty()) {
      ++free_;
      return;
    }
    Waiter* next = waiters_.front();
    waiters_.pop_front();
    next->granted = true;
    next->timer.cancel();
  }

  std::size_t free_;
  std::list<Waiter*> waiters_;
};

}  // namespace cr::async
