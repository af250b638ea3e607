#include "daemon/loop/next_start.h"

#include <algorithm>

namespace cr::daemon {
namespace {

constexpr int kReadShare = 5;
constexpr double kJitter = 0.1;
constexpr std::chrono::nanoseconds kSoonest = std::chrono::seconds{1};

}  // namespace

std::chrono::nanoseconds effective_interval(const Pace& pace) {
  return std::max(pace.interval, pace.read_duration * kReadShare);
}

std::chrono::nanoseconds time_to_next(const Pace& pace, double random) {
  const double factor = 1 - kJitter + 2 * kJitter * std::clamp(random, 0.0, 1.0);
  const auto regular =
      std::chrono::duration_cast<std::chrono::nanoseconds>(effective_interval(pace) * factor);
  if (!pace.look_again_in) return regular;
  const auto soon = std::max({*pace.look_again_in, pace.read_duration * kReadShare, kSoonest});
  return std::min(regular, soon);
}

std::chrono::nanoseconds least_apart(const Pace& pace) {
  return std::max(pace.read_duration * kReadShare, kSoonest);
}

}  // namespace cr::daemon
