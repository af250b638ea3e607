#pragma once

#include <chrono>
#include <optional>

namespace cr::daemon {

/// What the time until the next cycle is made of.
struct Pace {
  std::chrono::nanoseconds interval = std::chrono::seconds{60};
  std::chrono::nanoseconds read_duration{0};  ///< of the last cycle that could read everything
  /// When the next cycle could do more than the last one, as its report says.
  std::optional<std::chrono::nanoseconds> look_again_in;
};

/// The interval as it is now: stretched so that reading, which costs Coder most, takes at most a fifth of it.
/// Without jitter.
[[nodiscard]] std::chrono::nanoseconds effective_interval(const Pace& pace);

/// Time from the end of a cycle to the start of the next one, if nothing triggers it earlier.
///
/// The effective interval, up to a tenth more or less, so that daemons that were started together do not stay
/// together; `random` is from 0 to 1. Sooner when something is waited for, but then too reading takes no more
/// than a fifth of the time, and never less than a second passes.
[[nodiscard]] std::chrono::nanoseconds time_to_next(const Pace& pace, double random);

/// How long after the beginning of a cycle one may begin that is asked for by the ends of builds: reading
/// takes no more than a fifth of the time, however many builds end one after another.
[[nodiscard]] std::chrono::nanoseconds least_apart(const Pace& pace);

}  // namespace cr::daemon
