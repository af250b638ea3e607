#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "reconcile/fields/managed_field.h"
#include "specs/schedule.h"

namespace cr::reconcile {
namespace {

using specs::FieldValue;

/// By meaning; live text that even the lenient parser refuses is equal to nothing.
Match compare(const FieldValue& declared, const LiveWorkspace& live, const FieldContext&) {
  const auto* wish = std::get_if<specs::Schedule>(&declared);
  if (!wish) return live.autostart_schedule.empty() ? Match::same : Match::differs;
  if (live.autostart_schedule == wish->text()) return Match::same;
  const auto kept = specs::parse_live_schedule(live.autostart_schedule);
  return kept.has_value() && *kept == *wish ? Match::same : Match::differs;
}

std::string live_text(const LiveWorkspace& live, const FieldContext&) {
  return live.autostart_schedule.empty() ? "none" : live.autostart_schedule;
}

bool on_no_allowed_day(const coder::Template& policy, const FieldValue& declared) {
  const auto* wish = std::get_if<specs::Schedule>(&declared);
  return wish && (policy.autostart_days & wish->weekdays()) == 0;
}

std::string refused_by(const coder::Template& policy, const FieldValue& declared) {
  if (!policy.allow_user_autostart) return "does not allow users to set autostart";
  // Coder refuses a schedule without an allowed day with an error that looks transient.
  return on_no_allowed_day(policy, declared) ? "allows autostart on none of the schedule's weekdays" : "";
}

std::string ineffective_under(const coder::Template& policy, const FieldValue& declared) {
  if (!std::holds_alternative<specs::Schedule>(declared)) return {};
  if (!policy.allow_user_autostart)
    return fmt::format("the schedule has no effect: template {} does not allow autostart", policy.name);
  if (!on_no_allowed_day(policy, declared)) return {};
  return fmt::format("the schedule has no effect: template {} allows autostart on none of its weekdays",
                     policy.name);
}

bool at_creation(coder::CreateRequest& create, const FieldValue& declared) {
  const auto* wish = std::get_if<specs::Schedule>(&declared);
  if (wish) create.autostart_schedule = wish->text();
  return wish != nullptr;
}

coder::Setting write(const FieldValue& declared) {
  const auto* wish = std::get_if<specs::Schedule>(&declared);
  return {&coder::routes::kAutostart,
          nlohmann::json{{"schedule", wish ? nlohmann::json(wish->text()) : nlohmann::json(nullptr)}}.dump()};
}

}  // namespace

constexpr ManagedField kAutostart{.key = "autostart",
                                  .name = "autostart",
                                  .action = "set_autostart",
                                  .compare = compare,
                                  .live_text = live_text,
                                  .refused_by = refused_by,
                                  .ineffective_under = ineffective_under,
                                  .at_creation = at_creation,
                                  .after_creation = never,
                                  .needs_stop = needs_no_stop,
                                  .write = write};
static_assert(has_names(kAutostart, specs::kSpecFields));

}  // namespace cr::reconcile
