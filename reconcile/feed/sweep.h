#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "reconcile/feed/own_writes.h"

namespace cr::reconcile::feed {

struct Pace {
  std::chrono::milliseconds interval{60'000};           ///< between cycles
  std::chrono::milliseconds sweep_interval{1'800'000};  ///< within which each workspace is read at least once
  std::size_t batch = 150;                              ///< so many ids are read in one request
};

/// The rolling sweep: which of the workspaces that nothing calls for are read all the same.
///
/// It reads at an even pace, those first whose last read is oldest (of equals in their order), so that each
/// has been read again one cycle before the sweep interval is over; but no more in a cycle than ⌈declared ×
/// interval / sweep interval / batch⌉ requests take. As each request has a price of its own, the fleet is
/// read in as few slices as requests can take: some cycles read one more than others, and a fleet of no more
/// than a batch is read at once. Cycles that come late read as much more. What would be too old by the next
/// cycle, after reads that failed, is read in any case. A value.
class Sweep {
 public:
  explicit Sweep(Pace pace) : pace_(pace) {}

  /// One that nothing calls for.
  struct Resting {
    SteadyTime last_read{};
    std::uint32_t index = 0;  ///< for the caller
  };
  /// The indices of those to be read, in the order of `resting`. `called_for`: how many are read anyway.
  [[nodiscard]] std::vector<std::uint32_t> pick(std::span<const Resting> resting, std::size_t called_for,
                                                SteadyTime now);
  /// All are read in this cycle, so many.
  void all_read(std::size_t count, SteadyTime now);

  /// Whether every declared workspace has been read since this was last true (at first: since the first call)
  /// and a sweep's time has passed. `oldest`: the oldest read that a declared workspace's state rests on.
  [[nodiscard]] bool is_round_over(SteadyTime oldest, SteadyTime now);
  /// The round begins anew.
  void restart(SteadyTime now) { round_began_ = now; }

 private:
  [[nodiscard]] std::chrono::milliseconds longest_interval() const;
  /// From one read of a workspace to its next.
  [[nodiscard]] std::chrono::milliseconds turn() const;
  /// What requests of a cycle have room for.
  [[nodiscard]] std::size_t most_of(std::size_t resting, std::size_t called_for,
                                    std::chrono::milliseconds elapsed) const;
  void take(std::size_t count, std::size_t resting, SteadyTime now);

  Pace pace_;
  std::optional<SteadyTime> last_pick_;
  std::chrono::milliseconds ahead_{0};  ///< of the pace; negative: behind
  std::optional<SteadyTime> round_began_;
};

}  // namespace cr::reconcile::feed
