#include "reconcile/forecast/standing.h"

#include <fmt/format.h>

#include <utility>

#include "reconcile/fields/managed_field.h"
#include "reconcile/forecast/remarks.h"
#include "specs/duration.h"
#include "specs/exceptions.h"

namespace cr::reconcile {
namespace {

std::string duration_text(std::chrono::milliseconds duration) {
  return duration.count() > 0 ? specs::format_duration(duration) : "none";
}

std::string start_acts(const specs::WorkspaceSpec& spec, const StartForecast& start, std::string stored) {
  if (is_kept_dormant(spec)) return "idle: its spec keeps it dormant";
  const CauseSet causes = start.blocked.without(Cause::AlreadyRunning);
  if (causes.empty()) return stored;
  StartForecast told = start;
  told.blocked = causes;
  return "idle: " + why_not(told);
}

std::string ttl_acts(const StopForecast& stop, std::string stored) {
  // What runs keeps the deadline that it has: another value counts from the next start.
  switch (stop.by) {
    case StopBy::template_limit:
      return fmt::format("it stops on {}, by the limit of its template", moment_text(*stop.at));
    case StopBy::deadline:
      return fmt::format("{} from the next start on; now it stops on {}, by its deadline", stored,
                         moment_text(*stop.at));
    case StopBy::activity:
      return fmt::format("{}, moved by activity: it stops on {}", stored, moment_text(*stop.at));
    case StopBy::keep_awake:
      return fmt::format("{} from the next start on; now it stops on {}, when keepAwake ends", stored,
                         moment_text(*stop.at));
    case StopBy::suspension:
      return fmt::format("{} from the next start on; now it stops on {}, since its owner is suspended",
                         stored, moment_text(*stop.at));
    case StopBy::failure:
      return fmt::format("{} from the next start on; it failed to start, and its template stops it on {}",
                         stored, moment_text(*stop.at));
    case StopBy::nobody:
    case StopBy::ttl:
      return stored;
  }
  return stored;
}

std::string effective_autostart(const StandingInput& in, std::string stored) {
  if (in.live.autostart_schedule.empty()) return stored;
  if (in.context.policy && !in.context.policy->allow_user_autostart)
    return fmt::format("none: template {} does not allow autostart", in.context.policy->name);
  return start_acts(in.spec, in.forecast.start, std::move(stored));
}

std::string effective_ttl(const StandingInput& in, std::string stored) {
  if (in.live.dormant) return "idle: nothing stops it while it is dormant";
  if (in.context.policy && !in.context.policy->allow_user_autostop) {
    return fmt::format("{}: template {} decides, and users may not set it",
                       duration_text(in.context.policy->default_ttl), in.context.policy->name);
  }
  const bool runs_on =
      in.forecast.stop.by == StopBy::nobody && in.live.build.status == BuildStatus::running && in.live.ttl;
  if (runs_on) return fmt::format("{} from the next start on; nothing stops it now", stored);
  return ttl_acts(in.forecast.stop, std::move(stored));
}

bool must_update(const StandingInput& in) {
  return in.context.policy ? in.context.policy->require_active_version : in.live.requires_active_version;
}

std::string effective_updates(const StandingInput& in, const std::string& stored) {
  return must_update(in) ? "always: its template requires the active version" : stored;
}

std::string effective_awake(const StandingInput& in, const specs::DeclaredFields::Declared* declared) {
  const auto* windows = declared ? std::get_if<specs::KeepAwake>(&declared->value) : nullptr;
  const specs::AwakeWindow* window = windows ? specs::open_window(*windows, in.context.now) : nullptr;
  if (!window) return "idle: no window is open";
  if (in.live.dormant) return "idle: it is dormant";
  const StopForecast& stop = in.forecast.stop;
  if (!stop.at) return "idle: nothing is about to stop it";
  switch (stop.by) {
    case StopBy::keep_awake:
      return fmt::format("kept until {} ({})", moment_text(*stop.at), window->reason);
    case StopBy::template_limit:
      return fmt::format("kept until {}, where the limit of its template stops it", moment_text(*stop.at));
    default:
      break;
  }
  if (*stop.at >= window->until) return "idle: it is not stopped before";
  return fmt::format("idle: it is stopped on {} all the same", moment_text(*stop.at));
}

std::string effective(const ManagedField& field, const StandingInput& in,
                      const specs::DeclaredFields::Declared* declared, const std::string& stored) {
  if (&field == &kAutostart) return effective_autostart(in, stored);
  if (&field == &kTtl) return effective_ttl(in, stored);
  if (&field == &kAutomaticUpdates) return effective_updates(in, stored);
  if (&field == &kKeepAwake) return effective_awake(in, declared);
  return stored;
}

/// Whether the template's policy leaves no choice, whoever wants what.
bool policy_decides(const ManagedField& field, const StandingInput& in,
                    const specs::DeclaredFields::Declared* declared) {
  if (&field == &kAutomaticUpdates && must_update(in)) return true;
  if (!in.context.policy) return false;
  if (&field == &kAutostart && !in.context.policy->allow_user_autostart) return true;
  if (&field == &kTtl && !in.context.policy->allow_user_autostop) return true;
  return declared && (!field.refused_by(*in.context.policy, declared->value).empty() ||
                      !field.ineffective_under(*in.context.policy, declared->value).empty());
}

std::string decider(const ManagedField& field, const StandingInput& in,
                    const specs::DeclaredFields::Declared* declared) {
  if (in.live.prebuild) return "nobody: prebuilt workspaces are left alone";
  if (in.live.task) return "nobody: workspaces of AI tasks are left alone";
  if (policy_decides(field, in, declared)) {
    return fmt::format("the policy of template {}",
                       in.context.policy ? in.context.policy->name : in.live.template_name);
  }
  if (declared && !field.left_alone(declared->value, in.context).empty())
    return "nobody: it is not kept, see the remarks";
  return std::string(decided_by_spec(in.spec, declared, in.context.now));
}

bool is_told(const ManagedField& field, const StandingInput& in,
             const specs::DeclaredFields::Declared* declared) {
  if (&field == &kName) return declared && field.compare(declared->value, in.live, in.context) != Match::same;
  return declared || !field.moves;
}

}  // namespace

std::string_view decided_by_spec(const specs::WorkspaceSpec& spec,
                                 const specs::DeclaredFields::Declared* declared,
                                 std::chrono::sys_seconds now) {
  if (!declared) return "the owner: no spec declares it";
  if (spec.body->suspension && specs::in_force(*spec.body->suspension, now))
    return "the owner: the spec is suspended";
  switch (declared->mode) {
    case specs::FieldMode::initial:
      return "the owner: the spec only gives it at creation";
    case specs::FieldMode::report:
      return "the owner: the spec only reports what differs";
    case specs::FieldMode::enforce:
      break;
  }
  return spec.body->policy.update ? "the spec" : "the owner: the spec only reports what differs";
}

std::string effective_by_forecast(std::string_view key, const specs::WorkspaceSpec& spec,
                                  const Forecast& forecast, std::string stored) {
  if (key == kAutostart.key && forecast.start.at) return start_acts(spec, forecast.start, std::move(stored));
  if (key == kTtl.key) return ttl_acts(forecast.stop, std::move(stored));
  return stored;
}

std::vector<FieldStanding> standings(const StandingInput& input) {
  std::vector<FieldStanding> all;
  for (const ManagedField* field : managed_fields()) {
    const specs::DeclaredFields::Declared* declared = input.spec.fields.entry(field->key);
    if (!is_told(*field, input, declared)) continue;
    FieldStanding& one = all.emplace_back();
    one.key = field->key;
    one.declared = declared;
    one.stored = field->live_text(input.live, input.context);
    one.effective = effective(*field, input, declared, one.stored);
    one.decides = decider(*field, input, declared);
  }
  return all;
}

}  // namespace cr::reconcile
