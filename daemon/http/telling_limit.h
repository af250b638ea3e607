#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <utility>

#include "reconcile/async/clock.h"

namespace cr::daemon {

/// Which of the things that anybody can make happen have a line of their own in the log: so many of a minute.
/// The others are counted. Any thread.
class TellingLimit {
 public:
  static constexpr std::size_t kTold = 20;
  static constexpr std::chrono::minutes kWindow{1};

  /// Whether this one has; it is counted otherwise.
  [[nodiscard]] bool tell(async::SteadyTime now) {
    const std::lock_guard lock(mutex_);
    if (!began_ || now - *began_ >= kWindow) {
      began_ = now;
      told_ = 0;
    }
    if (told_ >= kTold) {
      ++counted_;
      return false;
    }
    ++told_;
    return true;
  }

  /// How many were counted since this was last asked.
  [[nodiscard]] std::size_t take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(counted_, 0);
  }

 private:
  std::mutex mutex_;
  std::optional<async::SteadyTime> began_;
  std::size_t told_ = 0;
  std::size_t counted_ = 0;
};

}  // namespace cr::daemon
