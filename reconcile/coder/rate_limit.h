#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "reconcile/async/clock.h"

namespace cr::coder {

using async::SteadyTime;

/// What an answer's X-RateLimit-* headers say.
struct RateHeaders {
  std::optional<std::int64_t> limit;
  std::optional<std::int64_t> remaining;
  std::optional<std::int64_t> reset;  ///< Unix seconds: end of the current window
};

/// Keeps calls below Coder's rate limit. Coder counts by URL path (without method and query), so that all
/// reads of the list share one budget of 512 a minute, and each workspace's settings have their own.
///
/// While more than a tenth of a path's budget is left nothing is held back; below that, calls to the path
/// are spaced out to nine tenths of what the limit allows for ever; with nothing left they wait for the
/// window's end. A 429 pauses that path alone. Pure: time comes in, decisions go out. Paths with plenty left
/// are not remembered.
class RateLimiter {
 public:
  /// When the next call to `path` may start, `now` or later; counts it as started then.
  [[nodiscard]] SteadyTime reserve(std::string_view path, SteadyTime now);

  /// Learns from an answer. `wall` is the time of day, which `reset` is measured against.
  void observe(std::string_view path, const RateHeaders& headers, SteadyTime now,
               std::chrono::sys_seconds wall);

  /// No call to `path` before `until`.
  void pause(std::string_view path, SteadyTime until, SteadyTime now);

  /// How many paths are remembered; bounded by those that are near their limit.
  [[nodiscard]] std::size_t remembered() const { return paths_.size(); }

 private:
  struct State {
    std::int64_t limit = 0;  ///< 0: not known, only paused
    std::int64_t remaining = 0;
    SteadyTime window_end;  ///< of the counting window; capacity comes back in the minute behind it
    SteadyTime next_start;  ///< earliest start of the next call
    SteadyTime forget_at;   ///< when nothing of this matters any more
  };
  void forget_old(SteadyTime now);

  std::map<std::string, State, std::less<>> paths_;
};

}  // namespace cr::coder
