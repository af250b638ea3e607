#include "reconcile/coder/rate_limit.h"

#include <algorithm>

namespace cr::coder {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

// Coder's window. Capacity that was used up in one window comes back linearly during the next.
constexpr seconds kWindow{60};
// No limit that anybody sets; what is beyond it is not to be counted with.
constexpr std::int64_t kMostOfALimit = 1'000'000'000;

bool is_reserve(std::int64_t remaining, std::int64_t limit) {
  return remaining * 10 <= limit;
}

}  // namespace

SteadyTime RateLimiter::reserve(std::string_view path, SteadyTime now) {
  const auto found = paths_.find(path);
  if (found == paths_.end()) return now;
  State& state = found->second;
  if (now >= state.forget_at) {
    paths_.erase(found);
    return now;
  }
  SteadyTime start = std::max(now, state.next_start);
  if (state.limit > 0) {
    if (state.remaining <= 0 && start < state.window_end) start = state.window_end;
    // Calls in flight have not been counted by Coder yet when an earlier answer was written.
    state.remaining = std::max<std::int64_t>(state.remaining - 1, 0);
    if (is_reserve(state.remaining, state.limit)) {
      state.next_start = start + nanoseconds(kWindow) * 10 / (state.limit * 9);
    }
  }
  return start;
}

void RateLimiter::observe(std::string_view path, const RateHeaders& headers, SteadyTime now,
                          std::chrono::sys_seconds wall) {
  if (!headers.limit || !headers.remaining || *headers.limit <= 0 || *headers.limit > kMostOfALimit) return;
  const std::int64_t remaining = std::clamp<std::int64_t>(*headers.remaining, 0, *headers.limit);
  forget_old(now);
  auto found = paths_.find(path);
  if (remaining * 2 > *headers.limit) {
    // Plenty left; a pause that was asked for still holds.
    if (found != paths_.end() && found->second.next_start <= now) paths_.erase(found);
    return;
  }
  if (found == paths_.end()) found = paths_.emplace(std::string(path), State{}).first;
  State& state = found->second;
  state.limit = *headers.limit;
  state.remaining = remaining;
  // The server's clock may differ from ours: outside the possible range its value says nothing.
  seconds to_end{15};
  if (headers.reset) {
    const std::chrono::sys_seconds told{seconds(*headers.reset)};
    if (told > wall && told <= wall + kWindow) to_end = told - wall;
  }
  state.window_end = now + to_end;
  state.forget_at = std::max(state.forget_at, now + 2 * kWindow);
}

void RateLimiter::pause(std::string_view path, SteadyTime until, SteadyTime now) {
  forget_old(now);
  auto found = paths_.find(path);
  if (found == paths_.end()) found = paths_.emplace(std::string(path), State{}).first;
  State& state = found->second;
  state.next_start = std::max(state.next_start, until);
  state.forget_at = std::max(state.forget_at, until);
}

void RateLimiter::forget_old(SteadyTime now) {
  std::erase_if(paths_, [now](const auto& entry) { return now >= entry.second.forget_at; });
}

}  // namespace cr::coder
