#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <string>

#include "reconcile/async/clock.h"
#include "reconcile/async/signal.h"

namespace cr::daemon {

/// Why a cycle starts before its time.
enum class Cause : std::uint8_t { specs_changed, hangup, request, approval, build_ended };
[[nodiscard]] std::string_view to_string(Cause cause);

/// Wakes the loop. However many triggers come while a cycle runs, they make one more cycle. One thread.
class Triggers {
 public:
  explicit Triggers(const boost::asio::any_io_executor& executor);

  /// Asks for a cycle; returns at once.
  void fire(Cause cause);

  /// Returns when a cycle is asked for, at once if that was so already, or when `deadline` has passed. Throws
  /// operation_aborted when cancelled.
  [[nodiscard]] async::awaitable<void> wait_until(async::Clock& clock, async::SteadyTime deadline);

  /// Whether nothing but requests, signals and ends of builds asks for a cycle, which come as often as they
  /// like.
  [[nodiscard]] bool only_asked_for() const;

  /// Whether builds that have ended are all that asks for a cycle.
  [[nodiscard]] bool only_builds_ended() const;

  /// What asked for the cycle that starts now, for the log ("interval" if nothing did); forgets it.
  [[nodiscard]] std::string take_causes();

 private:
  async::Signal wake_;
  std::uint32_t causes_ = 0;
};

}  // namespace cr::daemon
