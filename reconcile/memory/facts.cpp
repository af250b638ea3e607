#include "reconcile/memory/facts.h"

#include <algorithm>

#include "specs/name.h"

namespace cr::reconcile {

const WorkspaceFacts* CycleFacts::find(const Identity& workspace) const {
  const auto found = std::lower_bound(
      workspaces.begin(), workspaces.end(), workspace,
      [](const WorkspaceFacts& one, const Identity& wanted) { return *one.identity < wanted; });
  return found != workspaces.end() && *found->identity == workspace ? &*found : nullptr;
}

bool CycleFacts::is_declared(const Identity& workspace) const {
  return specs::find_spec(declared, workspace) != nullptr;
}

bool CycleFacts::is_owner(std::string_view owner) const {
  const auto before = [](const specs::SpecPtr& spec, std::string_view wanted) {
    return specs::compare_lower(spec->owner, wanted) < 0;
  };
  const auto found = std::lower_bound(declared.begin(), declared.end(), owner, before);
  return found != declared.end() && specs::compare_lower((*found)->owner, owner) == 0;
}

bool CycleFacts::read_all() const {
  return std::ranges::none_of(workspaces,
                              [](const WorkspaceFacts& one) { return one.read_error != nullptr; });
}

}  // namespace cr::reconcile
