#include "daemon/loop/health.h"

#include <algorithm>

#include "specs/duration.h"

namespace cr::daemon {
namespace {

std::string rounded(std::chrono::nanoseconds duration) {
  return specs::format_duration(std::chrono::round<std::chrono::seconds>(duration));
}

}  // namespace

Health alive(const Heartbeat& heartbeat, async::SteadyTime now) {
  const auto age = now - heartbeat.at;
  if (age <= heartbeat.allowed) return {true, "the loop is making progress"};
  return {false, "the loop has made no progress for " + rounded(age) + "; the limit is " +
                     rounded(heartbeat.allowed)};
}

Health ready(const LastCycles& cycles, async::SteadyTime now) {
  const std::string why = cycles.failure.empty() ? "" : ": " + cycles.failure;
  if (!cycles.last_success) return {false, "no cycle has succeeded yet" + why};
  const auto age = now - *cycles.last_success;
  const auto patience = 3 * cycles.interval;
  if (age <= (cycles.failure.empty() ? std::max(patience, 2 * cycles.stretched) : patience))
    return {true, "the last successful cycle ended " + rounded(age) + " ago"};
  return {false, "no cycle has succeeded for " + rounded(age) + why};
}

}  // namespace cr::daemon
