#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

#include "daemon/activity/activity_log.h"

namespace cr::daemon {

/// The log of what happens between threads: whoever does something adds to it, others take copies, which
/// share the events. Nobody holds the lock for longer than a thousand pointers take to copy. Any thread may
/// call any member.
class SharedActivity {
 public:
  /// `epoch`: names this process among those before and after it; letters and digits.
  explicit SharedActivity(std::string epoch) : epoch_(std::move(epoch)) {}

  void add(Event event) {
    const std::lock_guard lock(mutex_);
    log_.add(std::move(event));
  }
  void settle(async::WallTime at) {
    const std::lock_guard lock(mutex_);
    log_.settle(at);
  }

  [[nodiscard]] Happened snapshot() const { return after(0); }
  [[nodiscard]] Happened after(std::uint64_t number) const {
    const std::lock_guard lock(mutex_);
    Happened happened = log_.after(number);
    happened.epoch = epoch_;
    return happened;
  }
  [[nodiscard]] std::uint64_t newest() const {
    const std::lock_guard lock(mutex_);
    return log_.newest();
  }
  [[nodiscard]] const std::string& epoch() const { return epoch_; }

 private:
  mutable std::mutex mutex_;
  ActivityLog log_;
  const std::string epoch_;
};

}  // namespace cr::daemon
