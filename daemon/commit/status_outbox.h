#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>

#include "daemon/commit/status.h"
#include "reconcile/async/clock.h"

namespace cr::daemon {

using CommitStatusPtr = std::shared_ptr<const CommitStatus>;

/// What waits to be told to the forge: of each revision the newest status alone, the oldest one first;
/// bounded, and tried again less and less often. A value; pure.
class StatusOutbox {
 public:
  static constexpr std::size_t kMost = 16;
  static constexpr std::chrono::hours kOldest{24};
  static constexpr std::chrono::seconds kFirstPause{1};
  static constexpr std::chrono::seconds kLongestPause{300};
  /// A forge may ask for more than our own longest pause, up to this.
  static constexpr std::chrono::seconds kLongestAsked{3600};

  /// What it replaces is never sent. Returns what had to make room for it, if anything.
  CommitStatusPtr add(CommitStatus status, async::SteadyTime now);
  /// What was too old: never the newest, which is of the revision in force.
  [[nodiscard]] std::deque<CommitStatusPtr> drop_old(async::SteadyTime now);

  /// The one to be sent now; null: none, or not yet.
  [[nodiscard]] CommitStatusPtr due(async::SteadyTime now) const;
  /// When due() can answer something else by itself; absent: nothing waits.
  [[nodiscard]] std::optional<async::SteadyTime> next_due() const;

  /// Done with: taken or rejected. Each of these may be told of one that has been replaced meanwhile.
  void settle(const CommitStatusPtr& status);
  /// The forge is not there, or not now: nothing is due for a while.
  void postpone(async::SteadyTime now, std::optional<std::chrono::seconds> asked);
  /// This one alone waits, as long as a pause is at most.
  void bar(const CommitStatusPtr& status, async::SteadyTime now);
  /// What kept them may be over: those that are barred are due.
  void unbar();
  [[nodiscard]] bool has_barred() const;

  [[nodiscard]] std::size_t size() const { return waiting_.size(); }

 private:
  struct Waiting {
    CommitStatusPtr status;
    async::SteadyTime since{};
    std::optional<async::SteadyTime> barred_until{};
  };
  [[nodiscard]] async::SteadyTime due_at(const Waiting& one) const;

  std::deque<Waiting> waiting_;
  async::SteadyTime not_before_ = async::SteadyTime::min();
  std::size_t failures_ = 0;  ///< tries in a row that were postponed
};

}  // namespace cr::daemon
