#include "daemon/export/declared.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "specs/name.h"
#include "specs/placeholder.h"
#include "specs/text/ascii.h"
#include "specs/workspace_set.h"
#include "specs/workspace_spec.h"

namespace cr::daemon {
namespace {

using reconcile::LiveWorkspace;
using specs::Identity;

bool same_name(std::string_view a, std::string_view b) {
  return specs::compare_lower(a, b) == 0;
}

/// Who is in an organization or a group is not known here: then everybody may be.
bool may_have(const specs::WorkspaceSet& set, const LiveWorkspace& row) {
  const std::string id = row.owner_id.to_string();
  const auto is_owner = [&](const std::string& owner) { return specs::refers_to(owner, row.owner_name, id); };
  const auto is_name = [&](const std::string& name) {
    return same_name(specs::replace_owner(name, row.owner_name), row.name);
  };
  if (!is_name(set.workspace.name) && std::ranges::none_of(*set.workspace.body->previous_names, is_name))
    return false;
  if (std::ranges::any_of(set.owners.except, is_owner)) return false;
  return set.owners.group || !set.owners.organization.empty() ||
         std::ranges::any_of(set.owners.list, is_owner);
}

}  // namespace

Declared::Declared(const specs::DesiredState& desired)
    : desired_(desired), elsewhere_(desired.elsewhere.begin(), desired.elsewhere.end()) {
  for (const specs::SpecPtr& spec : desired.specs) {
    specs_.emplace(specs::identity_of(*spec), spec.get());
    for (const std::string& name : spec->body->previous_names)
      previous_.emplace(Identity{text::lower(spec->owner), text::lower(name)}, spec.get());
  }
}

Declared::Identities Declared::identities(const LiveWorkspace& row) {
  const std::string name = text::lower(row.name);
  return {Identity{text::lower(row.owner_name), name}, Identity{row.owner_id.to_string(), name}};
}

Declared::Answer Declared::of(const LiveWorkspace& row) const {
  const Identities identities = Declared::identities(row);
  for (const Identity& identity : identities) {
    if (const auto found = specs_.find(identity); found != specs_.end())
      return {.standing = DeclaredStanding::declared, .spec = found->second};
  }
  if (std::ranges::any_of(identities, [&](const Identity& one) { return elsewhere_.contains(one); }))
    return {.standing = DeclaredStanding::invalid};
  for (const Identity& identity : identities) {
    if (const auto found = previous_.find(identity); found != previous_.end())
      return {.standing = DeclaredStanding::renamed, .spec = found->second};
  }
  if (desired_.unknown_documents > 0 || !desired_.rejected_sets.empty())
    return {.standing = DeclaredStanding::maybe_declared};
  for (const specs::SetPtr& set : desired_.sets) {
    if (may_have(*set, row)) return {.standing = DeclaredStanding::maybe_of_set, .of_set = set.get()};
  }
  return {};
}

}  // namespace cr::daemon
