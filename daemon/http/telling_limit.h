#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <utility>

#include "reconcile/async/clock.h"

namespace cr::daemon {

/// Which of the things that anybody can make happen are told one by one: so many of a minute. The others are
/// counted, else somebody could drown in the log and in the activity what people look for there. Any thread.
class TellingLimit {
 public:
  static constexpr std::size_t kTold = 20;
  static constexpr std::chrono::minutes kWindow{1};

  /// How many before this one were only counted; nothing: so is this one.
  [[nodiscard]] std::optional<std::size_t> tell(async::SteadyTime now) {
    const std::lock_guard lock(mutex_);
    if (!began_ || now - *began_ >= kWindow) {
      began_ = now;
      told_ = 0;
    }
    if (told_ >= kTold) {
      ++counted_;
      return std::nullopt;
    }
    ++told_;
    return std::exchange(counted_, 0);
  }

 private:
  std::mutex mutex_;
  std::optional<async::SteadyTime> began_;
  std::size_t told_ = 0;
  std::size_t counted_ = 0;
};

}  // namespace cr::daemon
