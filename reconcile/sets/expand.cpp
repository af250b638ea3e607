#include "reconcile/sets/expand.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "reconcile/sets/spread.h"
#include "specs/field_table.h"
#include "specs/name.h"
#include "specs/placeholder.h"
#include "specs/schedule_shift.h"

namespace cr::reconcile::sets {
namespace {

constexpr std::string_view kAutostart = "autostart";
constexpr std::string_view kDormant = "dormant";

using specs::names_owner;
using specs::replace_owner;

bool any_names_owner(const specs::StringPairs& pairs) {
  return std::ranges::any_of(pairs, [](const auto& pair) { return names_owner(pair.second); });
}
bool any_names_owner(const std::vector<std::string>& texts) {
  return std::ranges::any_of(texts, names_owner);
}

specs::Shared<specs::StringPairs> replace_owners(const specs::StringPairs& pairs, std::string_view username) {
  specs::StringPairs out;
  out.reserve(pairs.size());
  for (const auto& [key, value] : pairs) out.emplace_back(key, replace_owner(value, username));
  return specs::Shared<specs::StringPairs>(std::move(out));
}

/// With previous names the name is kept as declared, and that is the owner's.
void let_declared_name_follow(specs::WorkspaceSpec& spec) {
  if (const specs::DeclaredFields::Declared* declared = spec.fields.entry(specs::kNameKey))
    spec.fields.set(declared->key, spec.name, declared->mode);
}

/// What Coder, or whoever selects by labels, would not take of it.
struct Refused {
  std::string field;
  std::string value;
  std::string why;
};

std::optional<Refused> refused_name(const specs::WorkspaceSpec& spec) {
  if (std::string why = specs::name_problem(spec.name); !why.empty())
    return Refused{"spec.template.metadata.name", spec.name, std::move(why)};
  return std::nullopt;
}
std::optional<Refused> refused_previous_name(const specs::WorkspaceSpec& spec) {
  for (const std::string& name : spec.body->previous_names) {
    if (std::string why = specs::name_problem(name); !why.empty())
      return Refused{"spec.template.metadata.previousNames", name, std::move(why)};
  }
  return std::nullopt;
}
std::optional<Refused> refused_label(const specs::WorkspaceSpec& spec) {
  for (const auto& [key, value] : *spec.body->labels) {
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

Expander::Expander(specs::SetPtr set)
    : set_(std::move(set)),
      common_(set_->workspace),
      name_(names_owner(common_.name)),
      labels_(any_names_owner(*common_.body->labels)),
      annotations_(any_names_owner(*common_.body->annotations)),
      parameters_(any_names_owner(*common_.body->parameters)),
      previous_names_(any_names_owner(*common_.body->previous_names)),
      reason_(common_.body->suspension && names_owner(common_.body->suspension->reason)) {
  const auto* start = common_.fields.get<specs::Schedule>(kAutostart);
  if (start && set_->spread_autostart > std::chrono::minutes(1))
    moved_.resize(static_cast<std::size_t>(specs::room_to_move(*start, set_->spread_autostart) /
                                           std::chrono::minutes(1)));
  // What each has of its own is not copied for all first.
  if (!moved_.empty()) common_.fields = {};
}

const specs::DeclaredFields& Expander::fields_of(std::string_view username) {
  const specs::DeclaredFields& fields = set_->workspace.fields;
  const std::chrono::minutes by =
      place_of(username, std::chrono::minutes(static_cast<std::chrono::minutes::rep>(moved_.size())));
  std::optional<specs::DeclaredFields>& mine = moved_[static_cast<std::size_t>(by.count())];
  if (mine) return *mine;
  mine = fields;
  if (by == std::chrono::minutes(0)) return *mine;
  const specs::DeclaredFields::Declared* start = fields.entry(kAutostart);
  if (auto schedule = specs::moved(std::get<specs::Schedule>(start->value), by))
    mine->set(start->key, std::move(*schedule), start->mode);
  return *mine;
}

bool Expander::has_own_body() const {
  return labels_ || annotations_ || parameters_ || previous_names_ || reason_;
}

void Expander::name_owner_in(specs::SpecBody& body, std::string_view username) const {
  if (previous_names_) {
    std::vector<std::string> names;
    names.reserve(body.previous_names.size());
    for (const std::string& name : body.previous_names) names.push_back(replace_owner(name, username));
    body.previous_names = specs::Shared<std::vector<std::string>>(std::move(names));
  }
  if (labels_) body.labels = replace_owners(*body.labels, username);
  if (annotations_) body.annotations = replace_owners(*body.annotations, username);
  if (parameters_) body.parameters = replace_owners(*body.parameters, username);
  if (reason_)
    body.suspension =
        specs::Suspension{body.suspension->until, replace_owner(body.suspension->reason, username)};
}

specs::SpecPtr Expander::workspace_of(const specs::SharedText& username,
                                      std::vector<specs::Diagnostic>& problems) {
  auto spec = std::make_shared<specs::WorkspaceSpec>(common_);
  spec->owner = username;
  if (name_) spec->name = replace_owner(common_.name, username);
  if (has_own_body()) name_owner_in(spec->body.edit(), username);
  if (!moved_.empty()) spec->fields = fields_of(username);
  if (name_) let_declared_name_follow(*spec);
  // What does not name the owner was judged with the document.
  std::optional<Refused> wrong;
  if (name_) wrong = refused_name(*spec);
  if (!wrong && previous_names_) wrong = refused_previous_name(*spec);
  if (!wrong && labels_) wrong = refused_label(*spec);
  if (!wrong) return spec;
  problems.push_back(diagnostic(*set_, username, std::move(*wrong)));
  return nullptr;
}

specs::SpecPtr Expander::put_to_sleep(const specs::WorkspaceSpec& workspace) {
  auto spec = std::make_shared<specs::WorkspaceSpec>(workspace);
  spec->fields = {};
  spec->fields.set(kDormant, true);
  specs::SpecBody& body = spec->body.edit();
  body.parameters = {};
  body.previous_names = {};
  body.template_version = {};
  body.preset = {};
  body.policy.create = false;
  body.defaulted = {};
  return spec;
}

}  // namespace cr::reconcile::sets
