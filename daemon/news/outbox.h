#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "reconcile/async/clock.h"

namespace cr::daemon {

/// A message that is ready to go out.
struct Letter {
  std::string body;
  async::SteadyTime posted{};
};
using LetterPtr = std::shared_ptr<const Letter>;

/// How sending one letter to one receiver ended.
enum class Delivery : std::uint8_t {
  sent,
  postponed,  ///< the receiver was not there, or not now: it is tried again
  refused,    ///< it will not take this letter, ever
  dropped,    ///< too many or too old: it was never taken
};

/// What waits for one receiver: in order, bounded, and tried again less and less often. A value; pure.
class Outbox {
 public:
  static constexpr std::size_t kMost = 64;
  static constexpr std::chrono::hours kOldest{24};
  static constexpr std::size_t kMostPerhapsTaken = 10;
  static constexpr std::chrono::seconds kFirstPause{1};
  static constexpr std::chrono::seconds kLongestPause{300};
  /// A receiver may ask for more than our own longest pause, up to this.
  static constexpr std::chrono::seconds kLongestAsked{3600};

  /// How many were dropped for it: the oldest, where there are too many.
  std::size_t add(LetterPtr letter);
  /// How many were too old.
  std::size_t drop_old(async::SteadyTime now);

  /// The one to be sent now; null: none, or not yet.
  [[nodiscard]] LetterPtr due(async::SteadyTime now) const;
  /// When due() can answer something else by itself; absent: nothing waits.
  [[nodiscard]] std::optional<async::SteadyTime> next_due() const;

  /// The first letter is done with: taken or refused.
  void settle();
  /// Likewise, though the receiver is not there: the next one waits as that would have.
  void give_up();
  /// It stays the first, and nothing is due for a while.
  void postpone(async::SteadyTime now, std::optional<std::chrono::seconds> asked);
  /// One more try of it may have arrived, though nobody said so. False: it is not to be tried any more, since
  /// whoever does not tell letters from each other has it so many times already.
  [[nodiscard]] bool may_try_again() { return ++perhaps_taken_ < kMostPerhapsTaken; }

  [[nodiscard]] std::size_t size() const { return letters_.size(); }
  /// Tries in a row that were postponed.
  [[nodiscard]] std::size_t failures() const { return failures_; }

 private:
  std::deque<LetterPtr> letters_;
  async::SteadyTime not_before_ = async::SteadyTime::min();
  std::size_t failures_ = 0;
  std::size_t perhaps_taken_ = 0;  ///< tries of the first one
};

/// What an answer's status means for the letter.
[[nodiscard]] Delivery delivery_of(int status);

}  // namespace cr::daemon
