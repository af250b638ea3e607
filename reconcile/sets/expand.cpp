#include "reconcile/sets/expand.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "reconcile/sets/spread.h"
#include "specs/name.h"
#include "specs/schedule_shift.h"

namespace cr::reconcile::sets {
namespace {

constexpr std::string_view kAutostart = "autostart";
constexpr std::string_view kDormant = "dormant";

bool names_owner(std::string_view text) {
  return text.find(specs::kOwnerPlaceholder) != std::string_view::npos;
}
bool names_owner(const specs::StringPairs& pairs) {
  return std::ranges::any_of(pairs, [](const auto& pair) { return names_owner(pair.second); });
}
bool names_owner(const std::vector<std::string>& texts) {
  return std::ranges::any_of(texts, [](const std::string& text) { return names_owner(text); });
}

std::string for_owner(std::string_view text, std::string_view username) {
  std::string out;
  for (;;) {
    const std::size_t at = text.find(specs::kOwnerPlaceholder);
    out += text.substr(0, at);
    if (at == std::string_view::npos) return out;
    out += username;
    text.remove_prefix(at + specs::kOwnerPlaceholder.size());
  }
}

specs::Shared<specs::StringPairs> for_owner(const specs::StringPairs& pairs, std::string_view username) {
  specs::StringPairs out;
  out.reserve(pairs.size());
  for (const auto& [key, value] : pairs) out.emplace_back(key, for_owner(value, username));
  return specs::Shared<specs::StringPairs>(std::move(out));
}

/// What Coder, or whoever selects by labels, would not take of it.
struct Refused {
  std::string field;
  std::string value;
  std::string why;
};

std::optional<Refused> refused(const specs::WorkspaceSpec& spec, bool check_labels) {
  if (std::string why = specs::name_problem(spec.name); !why.empty())
    return Refused{"spec.template.metadata.name", spec.name, std::move(why)};
  for (const std::string& name : spec.previous_names) {
    if (std::string why = specs::name_problem(name); !why.empty())
      return Refused{"spec.template.metadata.previousNames", name, std::move(why)};
  }
  if (!check_labels) return std::nullopt;
  for (const auto& [key, value] : *spec.labels) {
    if (std::string why = specs::label_value_problem(value); !why.empty())
      return Refused{"spec.template.metadata.labels." + key, value, std::move(why)};
  }
  return std::nullopt;
}

specs::Diagnostic diagnostic(const specs::WorkspaceSet& set, std::string_view username, Refused refused) {
  specs::Diagnostic one;
  one.where = set.where;
  one.document = set.where.line;
  one.document_column = set.where.column;
  one.field = std::move(refused.field);
  one.message = fmt::format("for owner {}: \"{}\" {}", username, refused.value, refused.why);
  one.remedy = fmt::format(
      "{} has no workspace of set {}, the others have; change the template, or name {} in spec.owners.except "
      "and declare a Workspace",
      username, set.name, username);
  return one;
}

}  // namespace

Expander::Expander(specs::SetPtr set) : set_(std::move(set)) {
  const specs::WorkspaceSpec& spec = set_->workspace;
  labels_ = names_owner(*spec.labels);
  annotations_ = names_owner(*spec.annotations);
  parameters_ = names_owner(*spec.parameters);
  previous_names_ = names_owner(*spec.previous_names);
  reason_ = spec.suspension && names_owner(spec.suspension->reason);
  const auto* start = spec.fields.get<specs::Schedule>(kAutostart);
  if (start && set_->spread_autostart > std::chrono::minutes(1))
    room_ = specs::room_to_move(*start, set_->spread_autostart);
}

specs::DeclaredFields Expander::fields_of(std::string_view username) {
  const specs::DeclaredFields& fields = set_->workspace.fields;
  const std::chrono::minutes by = place_of(username, room_);
  if (by == std::chrono::minutes(0)) return fields;
  const auto known = moved_.find(by);
  if (known != moved_.end()) return known->second;
  specs::DeclaredFields mine = fields;
  const specs::DeclaredFields::Declared* start = fields.entry(kAutostart);
  if (auto schedule = specs::moved(std::get<specs::Schedule>(start->value), by))
    mine.set(start->key, std::move(*schedule), start->mode);
  return moved_.emplace(by, std::move(mine)).first->second;
}

specs::SpecPtr Expander::workspace_of(const specs::SharedText& username,
                                      std::vector<specs::Diagnostic>& problems) {
  auto spec = std::make_shared<specs::WorkspaceSpec>(set_->workspace);
  spec->owner = username;
  spec->name = for_owner(set_->workspace.name, username);
  if (previous_names_) {
    std::vector<std::string> names;
    names.reserve(spec->previous_names.size());
    for (const std::string& name : spec->previous_names) names.push_back(for_owner(name, username));
    spec->previous_names = specs::Shared<std::vector<std::string>>(std::move(names));
  }
  if (labels_) spec->labels = for_owner(*set_->workspace.labels, username);
  if (annotations_) spec->annotations = for_owner(*set_->workspace.annotations, username);
  if (parameters_) spec->parameters = for_owner(*set_->workspace.parameters, username);
  if (reason_) spec->suspension->reason = for_owner(spec->suspension->reason, username);
  if (room_ > std::chrono::minutes(1)) spec->fields = fields_of(username);
  if (auto wrong = refused(*spec, labels_)) {
    problems.push_back(diagnostic(*set_, username, std::move(*wrong)));
    return nullptr;
  }
  return spec;
}

specs::SpecPtr Expander::put_to_sleep(const specs::WorkspaceSpec& workspace) {
  auto spec = std::make_shared<specs::WorkspaceSpec>(workspace);
  spec->fields = {};
  spec->fields.set(kDormant, true);
  spec->parameters = {};
  spec->previous_names = {};
  spec->template_version = {};
  spec->preset = {};
  spec->policy.create = false;
  return spec;
}

}  // namespace cr::reconcile::sets
