#include "reconcile/diff/diff.h"

#include <fmt/format.h>

#include <algorithm>

#include "reconcile/diff/display.h"
#include "reconcile/diff/first_build.h"
#include "specs/name.h"
#include "specs/schedule.h"

namespace cr::reconcile {
namespace {

using specs::WorkspaceSpec;

/// Adds to one diff, field by field.
class Differ {
 public:
  Differ(const WorkspaceSpec& spec, const LiveWorkspace& live, const DiffContext& context)
      : spec_(spec), live_(live), context_(context) {}

  WorkspaceDiff run() {
    result_.blocked = blocked();
    if (result_.blocked) return std::move(result_);
    autostart();
    ttl();
    automatic_updates();
    dormant();
    parameters();
    template_ref();
    version();
    last_build();
    result_.forbidden_message = std::move(forbidden_);
    return std::move(result_);
  }

 private:
  std::optional<Blocked> blocked() const {
    if (live_.prebuild)
      return Blocked{Reason::NotManageable,
                     "this is a prebuilt workspace that waits for an owner; remove its spec, or declare a "
                     "workspace of a real user"};
    if (live_.task)
      return Blocked{
          Reason::NotManageable,
          "this workspace belongs to an AI task, which starts and pauses it by itself; remove its spec"};
    const bool being_deleted = live_.build.status == BuildStatus::deleting ||
                               live_.build.status == BuildStatus::deleted ||
                               (live_.build.transition == Transition::del && live_.build.active());
    if (being_deleted)
      return Blocked{Reason::Updating, "it is being deleted; nothing is changed until the delete has ended"};
    return std::nullopt;
  }

  void autostart() {
    const auto* wish = std::get_if<specs::Schedule>(&spec_.autostart);
    if (!specs::is_managed(spec_.autostart)) return;
    const std::uint8_t days = wish ? wish->weekdays() : 0;
    const coder::Template* policy = context_.policy;
    const bool never_starts =
        policy && wish && (!policy->allow_user_autostart || (policy->autostart_days & days) == 0);
    if (!same_schedule(wish)) {
      drifted(Field::autostart, display_schedule(live_.autostart_schedule), wish ? wish->text() : "none");
      if (policy && !policy->allow_user_autostart)
        forbid(Field::autostart, "does not let users set an autostart");
      else if (never_starts)
        // Coder refuses a schedule without an allowed day with an error that looks transient.
        forbid(Field::autostart, "allows autostart on none of the schedule's weekdays");
    } else if (never_starts) {
      remark(Remark::Ineffective,
             policy->allow_user_autostart
                 ? fmt::format(
                       "the schedule never starts it: template {} allows autostart on none of its weekdays",
                       policy->name)
                 : fmt::format("the schedule never starts it: template {} does not allow autostart",
                               policy->name));
    }
  }

  /// Compares by meaning; text that even the lenient parser refuses is equal to nothing.
  bool same_schedule(const specs::Schedule* wish) const {
    if (live_.autostart_schedule.empty()) return wish == nullptr;
    if (!wish) return false;
    if (live_.autostart_schedule == wish->text()) return true;
    const auto live = specs::parse_live_schedule(live_.autostart_schedule);
    return live.has_value() && *live == *wish;
  }

  void ttl() {
    if (!specs::is_managed(spec_.ttl)) return;
    const auto* wish = std::get_if<specs::Ttl>(&spec_.ttl);
    // Coder keeps whole minutes; a template's default may be anything, and reads show it as it is.
    std::optional<specs::Ttl> live;
    if (live_.ttl && live_.ttl->count() > 0) live = std::chrono::floor<std::chrono::minutes>(*live_.ttl);
    const std::optional<specs::Ttl> desired = wish ? std::optional(*wish) : std::nullopt;
    if (live == desired) return;
    drifted(Field::ttl, display_ttl(live ? live_.ttl : std::nullopt), display_ttl(desired));
    if (context_.policy && !context_.policy->allow_user_autostop)
      forbid(Field::ttl, "does not let users set a time to live and shows its own default instead");
  }

  void automatic_updates() {
    if (!spec_.automatic_updates) return;
    const bool desired = *spec_.automatic_updates == specs::AutomaticUpdates::always;
    switch (live_.automatic_updates) {
      case LiveAutomaticUpdates::unknown:
        result_.unreadable.add(Field::automatic_updates);
        return;
      case LiveAutomaticUpdates::always:
      case LiveAutomaticUpdates::never:
        break;
    }
    const bool live = live_.automatic_updates == LiveAutomaticUpdates::always;
    if (live != desired)
      drifted(Field::automatic_updates, std::string(display_automatic_updates(live)),
              std::string(display_automatic_updates(desired)));
    if (context_.policy && context_.policy->require_active_version)
      remark(Remark::Ineffective,
             fmt::format(
                 "automaticUpdates changes nothing: template {} requires its active version at every start",
                 context_.policy->name));
  }

  void dormant() {
    if (!spec_.dormant || *spec_.dormant == live_.dormant) return;
    drifted(Field::dormant, std::string(display_dormant(live_.dormant)),
            std::string(display_dormant(*spec_.dormant)));
  }

  void parameters() {
    if (spec_.parameters.empty() || !context_.parameters) return;
    std::string live_text;
    std::string desired_text;
    for (const auto& [name, desired] : spec_.parameters) {
      const auto found =
          std::ranges::find(*context_.parameters, name,
                            [](const auto& parameter) -> const std::string& { return parameter.first; });
      const bool absent = found == context_.parameters->end();
      if (!absent && found->second == desired) continue;
      const std::string_view separator = desired_text.empty() ? "" : ", ";
      desired_text += fmt::format("{}{}={}", separator, name, desired);
      live_text += fmt::format("{}{}={}", separator, name, absent ? "(none)" : found->second);
    }
    if (desired_text.empty()) return;
    remark(Remark::ParametersDiffer,
           fmt::format("it was built with {}, declared is {}; parameters apply at creation only", live_text,
                       desired_text));
    informational(Field::parameters, std::move(live_text), std::move(desired_text));
  }

  void template_ref() {
    const bool same = specs::is_uuid(spec_.template_ref)
                          ? TemplateId::parse(spec_.template_ref) == live_.template_id
                          : specs::to_lower(spec_.template_ref) == specs::to_lower(live_.template_name);
    if (same) return;
    remark(
        Remark::TemplateDiffers,
        fmt::format(
            "it was created from template {}, declared is {}; the template of a workspace cannot be changed",
            live_.template_name, spec_.template_ref));
    informational(Field::template_ref, live_.template_name, spec_.template_ref);
  }

  void version() {
    const std::string& desired = spec_.template_version;
    if (desired.empty()) return;
    // The reply to a create does not name the version yet.
    const std::string& name = live_.build.version_name;
    const bool by_id = specs::is_uuid(desired);
    if (!by_id && name.empty()) return;
    const bool same = by_id ? VersionId::parse(desired) == live_.build.version : desired == name;
    if (same) return;
    std::string live = by_id || name.empty() ? live_.build.version.to_string() : name;
    remark(
        Remark::VersionDiffers,
        fmt::format("its latest build used version {}, declared is {}; the version applies at creation only",
                    live, desired));
    informational(Field::version, std::move(live), desired);
  }

  void last_build() {
    if (live_.build.status != BuildStatus::failed) return;
    // Ours to retry: that is a condition, not a remark.
    if (first_build_of(live_, context_.me) == FirstBuild::failed) return;
    remark(Remark::LastBuildFailed,
           live_.build.error.empty()
               ? fmt::format("build {} failed", live_.build.number)
               : fmt::format("build {} failed: {}", live_.build.number, live_.build.error));
  }

  void drifted(Field field, std::string live, std::string desired) {
    result_.drift.push_back(FieldDrift{field, std::move(live), std::move(desired)});
    result_.wanted.add(field);
  }
  void informational(Field field, std::string live, std::string desired) {
    result_.drift.push_back(FieldDrift{field, std::move(live), std::move(desired)});
  }
  void forbid(Field field, std::string_view what) {
    result_.wanted.remove(field);
    result_.forbidden.add(field);
    if (!forbidden_.empty()) forbidden_ += "; ";
    forbidden_ += fmt::format("{}: template {} {}", to_string(field), context_.policy->name, what);
  }
  void remark(Remark remark, std::string message) {
    result_.remarks.push_back(RemarkNote{remark, std::move(message)});
  }

  const WorkspaceSpec& spec_;
  const LiveWorkspace& live_;
  const DiffContext& context_;
  std::string forbidden_;
  WorkspaceDiff result_;
};

}  // namespace

bool WorkspaceDiff::in_sync() const {
  return !blocked && unreadable.empty() && !has_mendable(drift);
}

WorkspaceDiff diff(const WorkspaceSpec& spec, const LiveWorkspace& live, const DiffContext& context) {
  return Differ(spec, live, context).run();
}

WorkspaceDiff diff_absent(const WorkspaceSpec& spec) {
  WorkspaceDiff result;
  result.drift.push_back(FieldDrift{Field::missing, "absent", "present"});
  if (spec.policy.create) result.wanted.add(Field::missing);
  return result;
}

}  // namespace cr::reconcile
