#pragma once

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <cstddef>
#include <list>
#include <optional>

#include "reconcile/async/clock.h"

namespace cr::testing {

/// Time that stands still until a test moves it. Sleepers wake only by `advance()`, never by themselves, so a
/// loop of five-minute intervals runs in microseconds and nothing depends on the machine's speed.
///
/// With sockets in play the order is: wait for a condition (a request came, somebody sleeps), then advance.
/// Must outlive its sleepers. One thread.
class ManualClock final : public async::Clock {
 public:
  ManualClock() = default;
  explicit ManualClock(async::WallTime start) : wall_(start) {}

  [[nodiscard]] async::SteadyTime now() const override { return now_; }
  [[nodiscard]] async::WallTime wall() const override { return wall_; }

  [[nodiscard]] async::awaitable<void> sleep_until(async::SteadyTime when) override {
    if (when <= now_) co_return;
    Sleeper sleeper(*this, when, co_await boost::asio::this_coro::executor);
    boost::system::error_code woken;
    auto token = boost::asio::redirect_error(boost::asio::use_awaitable, woken);
    co_await sleeper.timer.async_wait(token);
    if (!sleeper.due) throw boost::system::system_error(boost::asio::error::operation_aborted);
  }

  /// Moves time on and wakes those whose moment has come, the earliest first. They run when the context runs.
  void advance(std::chrono::nanoseconds by) {
    now_ += std::chrono::duration_cast<async::SteadyTime::duration>(by);
    fraction_ += by;
    const auto whole = std::chrono::floor<std::chrono::milliseconds>(fraction_);
    wall_ += whole;
    fraction_ -= whole;
    std::list<Sleeper*> due;
    for (Sleeper* sleeper : sleepers_) {
      if (sleeper->when <= now_ && !sleeper->due) due.push_back(sleeper);
    }
    due.sort([](const Sleeper* a, const Sleeper* b) { return a->when < b->when; });
    for (Sleeper* sleeper : due) {
      sleeper->due = true;
      sleeper->timer.cancel();
    }
  }

  /// Moves only the time of day, as an administrator or NTP does; nobody wakes.
  void set_wall(async::WallTime wall) { wall_ = wall; }

  /// How many sleep now.
  [[nodiscard]] std::size_t sleepers() const {
    return static_cast<std::size_t>(std::count_if(sleepers_.begin(), sleepers_.end(),
                                                  [](const Sleeper* sleeper) { return !sleeper->due; }));
  }

  /// When the first of them is to wake; nothing if nobody sleeps.
  [[nodiscard]] std::optional<async::SteadyTime> next_wake() const {
    std::optional<async::SteadyTime> next;
    for (const Sleeper* sleeper : sleepers_) {
      if (!sleeper->due && (!next || sleeper->when < *next)) next = sleeper->when;
    }
    return next;
  }

 private:
  struct Sleeper {
    Sleeper(ManualClock& clock_, async::SteadyTime when_, const boost::asio::any_io_executor& executor)
        : clock(clock_), when(when_), timer(executor, boost::asio::steady_timer::time_point::max()) {
      place = clock.sleepers_.insert(clock.sleepers_.end(), this);
    }
    Sleeper(const Sleeper&) = delete;
    Sleeper& operator=(const Sleeper&) = delete;
    ~Sleeper() { clock.sleepers_.erase(place); }

    ManualClock& clock;
    async::SteadyTime when;
    boost::asio::steady_timer timer;  // never fires
    bool due = false;
    std::list<Sleeper*>::iterator place;
  };

  async::SteadyTime now_{std::chrono::hours(1)};
  async::WallTime wall_{std::chrono::sys_days(std::chrono::year(2026) / 11 / 24)};
  std::chrono::nanoseconds fraction_{0};
  std::list<Sleeper*> sleepers_;
};

}  // namespace cr::testing
