#pragma once

#include <mutex>
#include <utility>

#include "daemon/loop/board.h"

namespace cr::daemon {

/// What probes are answered from: small, so that a copy of it costs nothing.
struct Vitals {
  Heartbeat heartbeat;
  LastCycles cycles;
};

/// The board between threads: the loop puts up what it knows, others take copies. Nobody holds the lock for
/// longer than a board is copied, whatever the size of the fleet, and nothing large is destroyed under it.
/// Any thread may call any member.
class SharedBoard {
 public:
  void publish(Board board) {
    const std::lock_guard lock(mutex_);
    std::swap(board_, board);  // the old one ends behind the lock
  }
  void beat(const Heartbeat& heartbeat) {
    const std::lock_guard lock(mutex_);
    heartbeat_ = heartbeat;
  }

  /// Keeps what it shows alive: whoever lets go of the last one pays for destroying it.
  [[nodiscard]] Board snapshot() const {
    const std::lock_guard lock(mutex_);
    return board_;
  }
  [[nodiscard]] Vitals vitals() const {
    const std::lock_guard lock(mutex_);
    return {heartbeat_, board_.cycles};
  }

 private:
  mutable std::mutex mutex_;
  Board board_;
  Heartbeat heartbeat_;
};

}  // namespace cr::daemon
