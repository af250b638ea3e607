#pragma once

#include <chrono>
#include <string>

#include "reconcile/async/clock.h"

namespace cr::daemon {

/// A span of time as people say it, in its largest unit: "12 s", "3 min", "2 h", "5 days". Never negative.
[[nodiscard]] std::string in_words(std::chrono::nanoseconds span);

/// "2026-11-24T02:14:05Z"
[[nodiscard]] std::string as_utc(async::WallTime when);
/// "02:14:05" in UTC; with the date before it if that is not the one of `now`.
[[nodiscard]] std::string clock_time(async::WallTime when, async::WallTime now);
/// How long something took: "0.12 s", "3.4 s", "75 s".
[[nodiscard]] std::string took(std::chrono::nanoseconds duration);

}  // namespace cr::daemon
