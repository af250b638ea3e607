#include "reconcile/diff/diff.h"

#include <fmt/format.h>

#include <algorithm>

#include "reconcile/diff/first_build.h"
#include "reconcile/fields/managed_field.h"
#include "specs/name.h"
#include "specs/text/ascii.h"

namespace cr::reconcile {
namespace {

using specs::WorkspaceSpec;

/// Adds to one diff, field by field.
class Differ {
 public:
  Differ(const WorkspaceSpec& spec, const LiveWorkspace& live, const DiffContext& context)
      : spec_(spec), live_(live), context_(context), fields_(context.fields) {
    fields_.policy = context.policy;
  }

  WorkspaceDiff run() {
    result_.blocked = blocked();
    if (result_.blocked) return std::move(result_);
    for (std::size_t i = 0; i < managed_fields().size(); ++i) managed(managed_field_at(i));
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
                     "this is an unclaimed prebuilt workspace; remove its spec, or declare a "
                     "workspace for a real user"};
    if (live_.task)
      return Blocked{Reason::NotManageable,
                     "this workspace belongs to an AI task, which starts and pauses it; remove its spec"};
    const bool being_deleted = live_.build.status == BuildStatus::deleting ||
                               live_.build.status == BuildStatus::deleted ||
                               (live_.build.transition == Transition::del && live_.build.active());
    if (being_deleted)
      return Blocked{Reason::Updating, "it is being deleted; nothing is changed until that has finished"};
    return std::nullopt;
  }

  void managed(Field field) {
    const ManagedField& entry = entry_of(field);
    const auto* given = spec_.fields.entry(entry.key);
    if (!given || (given->mode == specs::FieldMode::initial && !is_new())) return;
    const specs::FieldValue* declared = &given->value;
    const coder::Template* policy = context_.policy;
    if (std::string why = entry.left_alone(*declared, fields_); !why.empty())
      return remark(Remark::Ineffective, std::move(why));
    switch (context_.taken.has(field) ? Match::same : entry.compare(*declared, live_, fields_)) {
      case Match::unreadable:
        result_.unreadable.add(field);
        return;
      case Match::same:
        break;
      case Match::differs:
        result_.drift.push_back(Change{field,
                                       entry.live_text(live_, fields_),
                                       entry.next_step(*declared, live_, fields_),
                                       {},
                                       specs::default_text(spec_, entry.key)});
        if (given->mode == specs::FieldMode::report) {
          result_.reported.add(field);
          return;
        }
        result_.wanted.add(field);
        const std::string refusal = policy ? entry.refused_by(*policy, *declared) : std::string();
        if (!refusal.empty()) return forbid(field, refusal);
        break;
    }
    if (!policy) return;
    std::string message = entry.ineffective_under(*policy, *declared);
    if (!message.empty()) remark(Remark::Ineffective, std::move(message));
  }

  /// What creation could not give may still be owed: after a write that failed, or a restart.
  [[nodiscard]] bool is_new() const {
    return context_.just_created || first_build_of(live_, context_.me) == FirstBuild::active;
  }

  void parameters() {
    if (spec_.body->parameters.empty() || !context_.parameters) return;
    std::string live_text;
    std::string desired_text;
    std::string said;  // with where it is from
    for (const auto& [name, desired] : spec_.body->parameters) {
      const auto found =
          std::ranges::find(*context_.parameters, name,
                            [](const auto& parameter) -> const std::string& { return parameter.first; });
      const bool absent = found == context_.parameters->end();
      if (!absent && found->second == desired) continue;
      const std::string_view separator = desired_text.empty() ? "" : ", ";
      desired_text += fmt::format("{}{}={}", separator, name, desired);
      said += fmt::format("{}{}={}", separator, name, desired);
      if (const specs::SharedText from = specs::default_text(spec_, "parameters." + name); !from.empty())
        said += fmt::format(" (from {})", *from);
      live_text += fmt::format("{}{}={}", separator, name, absent ? "(none)" : found->second);
    }
    if (desired_text.empty()) return;
    remark(Remark::ParametersDiffer,
           fmt::format("it was built with {}, but the spec declares {}; parameters apply only at creation",
                       live_text, said));
    informational(Field::parameters, std::move(live_text), std::move(desired_text), "parameters");
  }

  void template_ref() {
    const bool same = specs::is_uuid(spec_.body->template_ref)
                          ? TemplateId::parse(spec_.body->template_ref) == live_.template_id
                          : text::lower(spec_.body->template_ref) == text::lower(live_.template_name);
    if (same) return;
    remark(Remark::TemplateDiffers, fmt::format("it was created from template {}, but the spec declares {}; "
                                                "a workspace's template cannot be changed",
                                                live_.template_name, spec_.body->template_ref));
    informational(Field::template_ref, live_.template_name, spec_.body->template_ref, "template");
  }

  void version() {
    const std::string& desired = spec_.body->template_version;
    if (desired.empty()) return;
    // The reply to a create does not name the version yet.
    const std::string& name = live_.build.version_name;
    const bool by_id = specs::is_uuid(desired);
    if (!by_id && name.empty()) return;
    const bool same = by_id ? VersionId::parse(desired) == live_.build.version : desired == name;
    if (same) return;
    std::string live = by_id ? live_.build.version.to_string() : name;
    remark(Remark::VersionDiffers, fmt::format("its latest build used version {}, but the spec declares {}; "
                                               "the version applies only at creation",
                                               live, desired));
    informational(Field::version, std::move(live), desired, "templateVersion");
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

  void informational(Field field, std::string live, std::string desired, std::string_view key) {
    result_.drift.push_back(
        Change{field, std::move(live), std::move(desired), {}, specs::default_text(spec_, key)});
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
  FieldContext fields_;
  std::string forbidden_;
  WorkspaceDiff result_;
};

}  // namespace

bool WorkspaceDiff::in_sync() const {
  return !blocked && unreadable.empty() && !has_mendable(drift);
}

const Change* WorkspaceDiff::find(Field field) const {
  const auto found = std::ranges::find(drift, field, &Change::field);
  return found == drift.end() ? nullptr : &*found;
}

WorkspaceDiff diff(const WorkspaceSpec& spec, const LiveWorkspace& live, const DiffContext& context) {
  return Differ(spec, live, context).run();
}

WorkspaceDiff diff_absent(const WorkspaceSpec& spec) {
  WorkspaceDiff result;
  result.drift.push_back(Change{Field::missing, "absent", std::string("present")});
  if (spec.body->policy.create) result.wanted.add(Field::missing);
  return result;
}

}  // namespace cr::reconcile
