#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "daemon/activity/event.h"

namespace cr::daemon {

/// What has happened, as far as it is kept.
struct Happened {
  std::string epoch;             ///< names the process: numbers of another one mean other events
  std::vector<EventPtr> events;  ///< by number, the newest last
  std::uint64_t newest = 0;      ///< number of the newest event that there ever was; 0: none
  /// Number of the oldest that is kept, be it among `events` or not; newest + 1 where none is. Those before
  /// it were dropped.
  std::uint64_t oldest = 1;
};

/// The last events of this process, the oldest dropped when there are more than kMost or their texts take too
/// much.
///
/// One cycle may change ten thousand workspaces alike. Of what is alike (the same kind, action, field, new
/// reason and result) kSingly are kept one by one, and kSinglyInAll of everything; the others are counted,
/// and each kTogether of a sort, and what is left of it at the end, are one event. So one cycle pushes out a
/// part of what was before it, shows how it gets on, and says how many it does not name. Of what was passed
/// over, which comes again in each cycle, one is kept.
///
/// A value with one thread; pure.
class ActivityLog {
 public:
  static constexpr std::size_t kMost = 1000;
  static constexpr std::size_t kMostBytes = 1024 * 1024;
  static constexpr std::size_t kSingly = 20;
  static constexpr std::size_t kSinglyInAll = 300;
  static constexpr std::size_t kTogether = 1000;
  static constexpr std::size_t kLongestValue = 100;  ///< bytes of a text of an event
  static constexpr std::size_t kLongestText = 400;   ///< likewise, of the one that says why

  /// Numbers it, cuts its texts, and keeps it or counts it.
  void add(Event event);
  /// The end of what is counted together: a cycle's.
  void settle(async::WallTime at);

  /// Shares the events; without an epoch.
  [[nodiscard]] Happened snapshot() const;
  /// Those with a higher number than this.
  [[nodiscard]] Happened after(std::uint64_t number) const;
  [[nodiscard]] std::uint64_t newest() const { return newest_; }

 private:
  struct Crowd {
    std::size_t seen = 0;
    Event others{};  ///< what those have in common that were not kept; their count
  };

  void keep(Event event);
  static void join(Event& others, const Event& event);

  std::deque<EventPtr> events_;
  std::size_t bytes_ = 0;
  std::uint64_t newest_ = 0;
  std::map<std::string, Crowd> crowds_;  ///< by what they have alike, out of closed sets
  std::size_t singly_ = 0;               ///< kept since the last settle()
};

}  // namespace cr::daemon
