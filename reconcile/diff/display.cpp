#include "reconcile/diff/display.h"

#include "specs/duration.h"

namespace cr::reconcile {

std::string display_ttl(const std::optional<std::chrono::milliseconds>& ttl) {
  if (!ttl) return "none";
  return specs::format_duration(std::chrono::floor<std::chrono::seconds>(*ttl));
}

std::string display_schedule(std::string_view schedule) {
  return schedule.empty() ? "none" : std::string(schedule);
}

std::string_view display_automatic_updates(bool always) {
  return always ? "always" : "never";
}

std::string_view display_dormant(bool dormant) {
  return dormant ? "true" : "false";
}

}  // namespace cr::reconcile
