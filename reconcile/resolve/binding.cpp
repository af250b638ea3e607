#include "reconcile/resolve/binding.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/throw_exception.hpp>
#include <set>
#include <span>
#include <stdexcept>
#include <string_view>

#include "reconcile/coder/fault.h"
#include "reconcile/model/audit_row.h"
#include "specs/suggestion.h"
#include "specs/text/ascii.h"

namespace cr::reconcile {
namespace {

using coder::ApiError;
using coder::ApiFault;
using coder::Template;
using specs::WorkspaceSpec;

/// Follows the chain owner, organization, template, version, parameters, rights for one spec. Each step
/// either moves on, or notes open questions, or ends in an Unbound: asking and binding walk the same path, so
/// they cannot differ.
class Walk {
 public:
  Walk(const WorkspaceSpec& spec, const Answers& answers) : spec_(spec), answers_(answers) {}

  void run() {
    // These three do not depend on each other: one round of look-ups for all.
    const coder::User* owner = find_owner();
    const OrganizationChoice organization = find_organization();
    const Template* chosen = failed() ? nullptr : find_template(organization);
    if (failed() || !open_.empty()) return;  // else all of them are there

    const std::optional<VersionId> version = find_version(*chosen);
    if (!version) return;
    const coder::Preset* preset = spec_.body->preset.empty() ? nullptr : find_preset(*chosen, *version);
    if (failed()) return;
    check_parameters(*owner, *chosen, *version, preset);
    if (!failed()) check_access(*owner, *chosen);
    if (failed() || !open_.empty()) return;
    bound_.emplace(make_bound(*owner, *chosen, *version, preset));
  }

  [[nodiscard]] bool failed() const { return unbound_.has_value(); }
  [[nodiscard]] std::vector<Question>& open() { return open_; }

  Binding result() {
    if (bound_) {
      bound_->built_on = std::move(used_);
      return std::move(*bound_);
    }
    if (!unbound_) unbound_.emplace(Reason::NotRead, "the names in its spec have not been looked up yet");
    unbound_->built_on = std::move(used_);
    return std::move(*unbound_);
  }

 private:
  struct OrganizationChoice {
    bool ready = false;
    std::optional<OrganizationId> id;  ///< absent: the spec leaves it open
  };

  /// The answer; null when it is open (noted) or a failure that `not_found` or this function has turned into
  /// a reason.
  template <class Q, class NotFound>
  const typename Q::Answer* take(const Q& question, NotFound not_found) {
    const auto* answer = answers_.find(question);
    if (!answer) {
      open_.emplace_back(question);
      return nullptr;
    }
    used_.emplace_back(question);
    if (*answer) return &**answer;
    const ApiError error = answer->error();
    if (error.fault == ApiFault::not_found || error.fault == ApiFault::gone) {
      not_found();
    } else {
      fail(coder::reason_of_read_failure(error),
           fmt::format("a lookup required to create it failed: {}", error.to_string()));
      unbound_->error = error;
    }
    return nullptr;
  }

  void fail(Reason reason, std::string message) {
    // The first failure is the one that a person can act on first.
    if (!unbound_) unbound_.emplace(reason, std::move(message));
  }

  const coder::User* find_owner() {
    const coder::User* owner = take(AskUser{text::lower(spec_.owner)}, [&] {
      fail(Reason::OwnerNotFound,
           fmt::format(
               "user {} not found, or the token cannot see them{}; correct spec.owner or create the user",
               spec_.owner, hint_among(known_owners(), spec_.owner)));
    });
    if (owner && owner->status == coder::UserStatus::suspended)
      fail(Reason::OwnerSuspended, fmt::format("user {} is suspended, so Coder would stop the workspace at "
                                               "once; activate the user, or remove the "
                                               "spec",
                                               owner->username));
    return owner;
  }

  [[nodiscard]] std::vector<std::string> known_owners() const {
    std::vector<std::string> names;
    for (auto& [name, id] : answers_.known_users()) names.push_back(std::move(name));
    return names;
  }

  /// A near match among names that were looked up for other specs: no request is worth a guess. The first few
  /// are enough, since this is asked for each spec that fails.
  static std::string hint_among(const std::vector<std::string>& known, const std::string& wanted) {
    constexpr std::size_t kMost = 200;
    std::vector<std::string_view> candidates;
    const std::string lower = text::lower(wanted);
    for (const std::string& name : known) {
      if (candidates.size() == kMost) break;
      if (text::lower(name) != lower) candidates.emplace_back(name);
    }
    const std::string hint = specs::did_you_mean(wanted, candidates);
    return hint.empty() ? hint : "; " + hint;
  }

  OrganizationChoice find_organization() {
    if (spec_.body->organization.empty()) return {true, std::nullopt};
    if (failed()) return {};
    const auto* organizations = take(AskOrganizations{}, [&] { organization_not_found({}); });
    if (!organizations) return {};
    const std::string wanted = text::lower(spec_.body->organization);
    const auto id = OrganizationId::parse(spec_.body->organization);
    const auto named =
        std::find_if(organizations->begin(), organizations->end(), [&](const auto& organization) {
          return id ? organization.id == *id : text::lower(organization.name) == wanted;
        });
    if (named != organizations->end()) return {true, named->id};
    // Coder's paths take `default` for the organization that is marked so, whatever its name.
    const auto fallback = std::find_if(organizations->begin(), organizations->end(),
                                       [](const auto& organization) { return organization.is_default; });
    if (wanted == "default" && fallback != organizations->end()) return {true, fallback->id};
    organization_not_found(*organizations);
    return {};
  }

  void organization_not_found(std::span<const coder::Organization> organizations) {
    std::vector<std::string_view> names;
    for (const auto& organization : organizations) names.emplace_back(organization.name);
    std::sort(names.begin(), names.end());
    const std::string hint = specs::did_you_mean(spec_.body->organization, names);
    fail(Reason::OrganizationNotFound,
         fmt::format("organization {} not found, or the token cannot see it{}{}; correct spec.organization",
                     spec_.body->organization, hint.empty() ? "" : "; ", hint));
  }

  const Template* find_template(const OrganizationChoice& organization) {
    const auto id = TemplateId::parse(spec_.body->template_ref);
    const auto unknown = [&] { template_not_found(organization); };
    const Template* chosen = nullptr;
    if (id) {
      chosen = take(AskTemplate{*id}, unknown);
      if (!chosen || !organization.ready) return nullptr;
      if (organization.id && chosen->organization_id != *organization.id) {
        fail(Reason::TemplateNotFound,
             fmt::format("template {} is in organization {}, not in {}; correct or remove spec.organization",
                         spec_.body->template_ref, chosen->organization_name, spec_.body->organization));
        return nullptr;
      }
    } else {
      const auto* named = take(AskTemplatesNamed{text::lower(spec_.body->template_ref)}, unknown);
      if (!named || !organization.ready) return nullptr;
      chosen = choose(*named, organization);
    }
    if (chosen && chosen->deprecated) {
      fail(Reason::TemplateDeprecated,
           fmt::format("template {} is deprecated{}{}; declare another template", chosen->name,
                       chosen->deprecation_message.empty() ? "" : ": ", chosen->deprecation_message));
      return nullptr;
    }
    return chosen;
  }

  const Template* choose(const std::vector<Template>& named, const OrganizationChoice& organization) {
    const std::string wanted = text::lower(spec_.body->template_ref);
    std::vector<const Template*> candidates;
    for (const Template& candidate : named) {
      if (text::lower(candidate.name) != wanted) continue;
      if (!organization.id || candidate.organization_id == *organization.id) candidates.push_back(&candidate);
    }
    if (candidates.empty()) template_not_found(organization);
    if (candidates.size() > 1) {
      std::set<std::string> organizations;
      for (const Template* candidate : candidates) organizations.insert(candidate->organization_name);
      fail(Reason::TemplateAmbiguous,
           fmt::format("template {} exists in several organizations: {}; choose one with spec.organization",
                       spec_.body->template_ref, fmt::join(organizations, ", ")));
    }
    return candidates.size() == 1 ? candidates.front() : nullptr;
  }

  void template_not_found(const OrganizationChoice& organization) {
    fail(Reason::TemplateNotFound,
         fmt::format("template {} not found{}{}, or the token cannot see it{}; correct spec.template",
                     spec_.body->template_ref, organization.id ? " in organization " : "",
                     organization.id ? std::string_view(spec_.body->organization) : "",
                     hint_among(answers_.known_templates(), spec_.body->template_ref)));
  }

  /// The version that the build will use; absent when open or failed.
  std::optional<VersionId> find_version(const Template& chosen) {
    if (spec_.body->template_version.empty()) return chosen.active_version;
    const auto unknown = [&] {
      fail(Reason::VersionNotFound, fmt::format("template {} has no version {} (names are case-sensitive); "
                                                "correct spec.templateVersion, or omit "
                                                "it to use the active version",
                                                chosen.name, spec_.body->template_version));
    };
    const auto id = VersionId::parse(spec_.body->template_version);
    const coder::TemplateVersion* version =
        id ? take(AskVersion{*id}, unknown)
           : take(AskVersionNamed{chosen.id, spec_.body->template_version}, unknown);
    if (!version) return std::nullopt;
    if (version->template_id != chosen.id) {
      fail(Reason::VersionNotFound, fmt::format("version {} belongs to another template than {}; correct "
                                                "spec.templateVersion",
                                                spec_.body->template_version, chosen.name));
      return std::nullopt;
    }
    if (version->archived) {
      fail(Reason::VersionNotFound,
           fmt::format("version {} of template {} is archived; declare another version, or "
                       "omit it to use the active one",
                       version->name, chosen.name));
      return std::nullopt;
    }
    return version->id;
  }

  /// Null when open or failed.
  const coder::Preset* find_preset(const Template& chosen, const VersionId& version) {
    const auto* presets = take(AskPresets{version}, [&] { preset_not_found(chosen, {}); });
    if (!presets) return nullptr;
    const std::string& wanted = *spec_.body->preset;
    const auto named = std::ranges::find(*presets, wanted, &coder::Preset::name);
    if (named == presets->end()) {
      preset_not_found(chosen, *presets);
      return nullptr;
    }
    // Coder lets the preset's values win in silence.
    std::string problems;
    for (const auto& [name, value] : named->parameters) {
      const auto given =
          std::ranges::find(spec_.body->parameters, name, &std::pair<std::string, std::string>::first);
      if (given != spec_.body->parameters.end() && given->second != value)
        add(problems, fmt::format("preset {} sets {} to {}, which wins over {}; remove the parameter or the "
                                  "preset",
                                  wanted, name, value, given->second));
    }
    reject_parameters(chosen, problems);
    return failed() ? nullptr : &*named;
  }

  /// The spec's parameters and those of the preset: a Coder that knows presets and takes none at a create
  /// (2.20, 2.21) gets their values all the same.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> values_with(
      const coder::Preset* preset) const {
    std::vector<std::pair<std::string, std::string>> values = spec_.body->parameters;
    if (!preset) return values;
    for (const auto& parameter : preset->parameters) {
      const auto given =
          std::ranges::find(values, parameter.first, &std::pair<std::string, std::string>::first);
      if (given == values.end()) values.push_back(parameter);
    }
    return values;
  }

  void preset_not_found(const Template& chosen, std::span<const coder::Preset> presets) {
    std::vector<std::string_view> names;
    for (const coder::Preset& preset : presets) names.emplace_back(preset.name);
    std::ranges::sort(names);
    const std::string hint = specs::did_you_mean(spec_.body->preset, names);
    std::string known = names.empty()  ? std::string("it has none")
                        : hint.empty() ? fmt::format("it has {}", fmt::join(names, ", "))
                                       : hint;
    fail(Reason::PresetNotFound,
         fmt::format("template {} has no preset {}: {}; correct or remove spec.preset", chosen.name,
                     spec_.body->preset, known));
  }

  void check_parameters(const coder::User& owner, const Template& chosen, const VersionId& version,
                        const coder::Preset* preset) {
    const auto* known = take(AskRichParameters{version}, [&] {
      fail(Reason::VersionNotFound,
           fmt::format(
               "cannot read the parameters of version {1} of template {0}; has it been deleted?", chosen.name,
               spec_.body->template_version.empty() ? version.to_string() : *spec_.body->template_version));
    });
    if (!known) return;
    std::vector<std::string_view> names;
    for (const coder::RichParameter& parameter : *known) names.emplace_back(parameter.name);
    const bool all_known = std::ranges::all_of(spec_.body->parameters, [&](const auto& parameter) {
      return std::ranges::find(names, parameter.first) != names.end();
    });
    if (!chosen.classic_parameters) {
      if (!all_known) check_dynamic_parameters(owner, chosen, version, preset);
      return;
    }
    std::string problems = unknown_parameters(names, "unknown parameter");
    for (const coder::RichParameter& parameter : *known) {
      const auto is_it = [&](const auto& pair) { return pair.first == parameter.name; };
      const bool given = std::ranges::any_of(spec_.body->parameters, is_it) ||
                         (preset && std::ranges::any_of(preset->parameters, is_it));
      if (parameter.required && !given)
        add(problems, fmt::format("missing required parameter {}", parameter.name));
    }
    reject_parameters(chosen, problems);
  }

  /// The list that a version has from its import may lack those that depend on the values of others, and
  /// calls some required that these values make away with: Coder is asked which there are, and judges the
  /// rest.
  void check_dynamic_parameters(const coder::User& owner, const Template& chosen, const VersionId& version,
                                const coder::Preset* preset) {
    const AskParametersFor question{version, owner.id, values_with(preset)};
    const auto* answer = answers_.find(question);
    // A Coder that cannot tell (2.23 has dynamic parameters and not this question) drops what it does not
    // know; the difference shows when the build's parameters are compared.
    if (answer && !*answer && !coder::is_transient(answer->error().fault) &&
        answer->error().fault != ApiFault::unauthorized) {
      return;
    }
    const auto* known = take(question, [] {});
    if (!known) return;
    const std::vector<std::string_view> names(known->begin(), known->end());
    reject_parameters(chosen, unknown_parameters(names, "unknown parameter with these values:"));
  }

  [[nodiscard]] std::string unknown_parameters(const std::vector<std::string_view>& names,
                                               std::string_view text) const {
    std::string problems;
    for (const auto& [name, value] : spec_.body->parameters) {
      if (std::ranges::find(names, name) != names.end()) continue;
      const std::string hint = specs::did_you_mean(name, names);
      const specs::SharedText from = specs::default_text(spec_, "parameters." + name);
      const std::string place = from.empty() ? std::string() : fmt::format(" (from {})", *from);
      add(problems, fmt::format("{} {}{}{}{}", text, name, place, hint.empty() ? "" : ", ", hint));
    }
    return problems;
  }

  static void add(std::string& problems, const std::string& problem) {
    if (!problems.empty()) problems += "; ";
    problems += problem;
  }

  void reject_parameters(const Template& chosen, const std::string& problems) {
    if (problems.empty()) return;
    fail(Reason::ParametersRejected,
         fmt::format("invalid spec.parameters for template {}: {}", chosen.name, problems));
  }

  void check_access(const coder::User& owner, const Template& chosen) {
    // One that may not read would see no workspace where there is one.
    for (const coder::Access action : {coder::Access::read, coder::Access::create}) {
      const AskAccess question{coder::AccessQuestion{action, chosen.organization_id, owner.id}};
      const bool* allowed = take(question, [&] { forbidden(owner, chosen, action); });
      if (allowed && !*allowed) forbidden(owner, chosen, action);
    }
  }

  void forbidden(const coder::User& owner, const Template& chosen, coder::Access action) {
    fail(Reason::Forbidden, fmt::format("the token is not allowed to {} workspaces of {} in organization {}; "
                                        "give its user the role Owner or "
                                        "Organization Admin",
                                        action == coder::Access::read ? "see" : "create", owner.username,
                                        chosen.organization_name));
  }

  Bound make_bound(const coder::User& owner, const Template& chosen, const VersionId& version,
                   const coder::Preset* preset) const {
    Bound bound;
    bound.request.owner = owner.id;
    bound.request.name = spec_.name;
    if (!spec_.body->set.empty()) bound.request.made_for = made_for_set(spec_.body->set);
    bound.request.template_id = chosen.id;
    if (!spec_.body->template_version.empty()) bound.request.version = version;
    bound.request.parameters = values_with(preset);
    if (preset) {
      bound.request.preset = preset->id;
      // A preset belongs to a version; the active one may change before the create.
      bound.request.version = version;
    }
    bound.organization = chosen.organization_id;
    bound.owner_name = owner.username;
    bound.template_name = chosen.name;
    bound.organization_name = chosen.organization_name;
    bound.policy = chosen;
    return bound;
  }

  const WorkspaceSpec& spec_;
  const Answers& answers_;
  std::vector<Question> open_;
  std::vector<Question> used_;
  std::optional<Unbound> unbound_;
  std::optional<Bound> bound_;
};

}  // namespace

std::vector<Question> next_questions(std::span<const specs::SpecPtr> absent, const Answers& answers) {
  std::set<Question> questions;
  for (const specs::SpecPtr& spec : absent) {
    Walk walk(*spec, answers);
    walk.run();
    if (!walk.failed()) questions.insert(walk.open().begin(), walk.open().end());
  }
  return {questions.begin(), questions.end()};
}

Binding bind(const WorkspaceSpec& spec, const Answers& answers) {
  Walk walk(spec, answers);
  walk.run();
  return walk.result();
}

void throw_exception_from_error(const Unbound& error, const boost::source_location& where) {
  boost::throw_exception(std::runtime_error(error.message), where);
}

}  // namespace cr::reconcile
