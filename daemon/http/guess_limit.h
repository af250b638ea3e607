#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>

#include "reconcile/async/clock.h"

namespace cr::daemon {

/// Slows down who guesses a token. After some refusals each request that shows a token waits before it is
/// looked at, a right one like a wrong one: so the wait tells nothing, and to give up waiting and come back
/// gains nothing. It ends when nobody has been refused for a while. Any
/// thread.
class GuessLimit {
 public:
  static constexpr std::size_t kFree = 5;
  static constexpr std::chrono::seconds kDelay{1};
  static constexpr std::chrono::minutes kForgotten{1};

  /// How long a request waits that comes now: nothing, or kDelay.
  [[nodiscard]] std::chrono::nanoseconds delay(async::SteadyTime now) const {
    const std::lock_guard lock(mutex_);
    const bool slow = refused_ >= kFree && now - last_ < kForgotten;
    return slow ? std::chrono::nanoseconds{kDelay} : std::chrono::nanoseconds{0};
  }

  void refused(async::SteadyTime now) {
    const std::lock_guard lock(mutex_);
    if (now - last_ >= kForgotten) refused_ = 0;
    last_ = now;
    if (refused_ < kFree) ++refused_;
  }

 private:
  mutable std::mutex mutex_;
  std::size_t refused_ = 0;
  async::SteadyTime last_{};
};

}  // namespace cr::daemon
