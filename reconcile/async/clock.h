#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>

namespace cr::async {

using boost::asio::awaitable;

/// For deadlines and intervals: never jumps.
using SteadyTime = std::chrono::steady_clock::time_point;
/// For what people and Coder read: time of day, UTC.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// The only source of time. Nothing else in the program reads a clock or sleeps, so that tests drive time by
/// hand.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual SteadyTime now() const = 0;
  [[nodiscard]] virtual WallTime wall() const = 0;
  /// Returns at or after `when`, at once if it has passed. Throws operation_aborted when cancelled.
  [[nodiscard]] virtual awaitable<void> sleep_until(SteadyTime when) = 0;
  /// The same for an alarm, which is nearly always cancelled before it rings: it need not throw then, since
  /// an exception costs more than all else about it. Who cancels it does not ask how it ended.
  [[nodiscard]] virtual awaitable<void> ring_at(SteadyTime when) { return sleep_until(when); }

  [[nodiscard]] awaitable<void> sleep_for(std::chrono::nanoseconds duration) {
    return sleep_until(now() + std::chrono::duration_cast<SteadyTime::duration>(duration));
  }
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] SteadyTime now() const override;
  [[nodiscard]] WallTime wall() const override;
  [[nodiscard]] awaitable<void> sleep_until(SteadyTime when) override;
  [[nodiscard]] awaitable<void> ring_at(SteadyTime when) override;
};

}  // namespace cr::async
