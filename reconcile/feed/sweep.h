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
/// Each cycle reads a share of them, those first whose last read is oldest (of equals in their order), so
/// that each has been read again one cycle before the sweep interval is over; but no more than ⌈declared ×
/// interval / sweep interval / batch⌉ requests take. Cycles that come late read as much more. What would be
/// too old by the next cycle, after reads that failed, is read in any case. A cycle that follows soon after
/// another reads nothing: the next one does. A value.
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
  /// All are read in this cycle.
  void all_read(SteadyTime now) { last_pick_ = now; }

  /// Whether every declared workspace has been read since this was last true (at first: since the first call)
  /// and a sweep's time has passed. `oldest`: the oldest read that a declared workspace's state rests on.
  [[nodiscard]] bool is_round_over(SteadyTime oldest, SteadyTime now);
  /// The round begins anew.
  void restart(SteadyTime now) { round_began_ = now; }

 private:
  [[nodiscard]] std::size_t share_of(std::size_t declared, std::chrono::milliseconds elapsed) const;

  Pace pace_;
  std::optional<SteadyTime> last_pick_;
  std::optional<SteadyTime> round_began_;
};

}  // namespace cr::reconcile::feed
