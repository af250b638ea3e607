#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "reconcile/async/clock.h"

namespace cr::daemon {

/// When the loop last showed that it makes progress, and by when it has to show it again.
struct Heartbeat {
  async::SteadyTime at{};
  std::chrono::nanoseconds allowed{0};
};

/// An answer to a probe, with the reason in words.
struct Health {
  bool good = false;
  std::string reason;
};

/// Whether the loop makes progress. A daemon that can't reach Coder is alive: restarting it would not help.
[[nodiscard]] Health alive(const Heartbeat& heartbeat, async::SteadyTime now);

/// What readiness is decided on.
struct LastCycles {
  std::optional<async::SteadyTime> last_success;  ///< end of the last cycle that could read Coder
  std::string failure;                            ///< why the last cycle failed; empty if it did not
  std::chrono::nanoseconds interval{0};           ///< between cycles, as it is set
  std::chrono::nanoseconds stretched{0};          ///< the same as reads that succeeded have stretched it
};

/// Whether the state that is shown is the true one: a cycle succeeded, and that is not longer ago than three
/// intervals as they are set. Only while no cycle has failed since, and reading takes so long that cycles are
/// further apart than that, the next one is waited for.
[[nodiscard]] Health ready(const LastCycles& cycles, async::SteadyTime now);

}  // namespace cr::daemon
