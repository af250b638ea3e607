#include "reconcile/memory/facts.h"

#include <algorithm>

namespace cr::reconcile {

const WorkspaceFacts* CycleFacts::find(const Identity& workspace) const {
  const auto found = std::lower_bound(
      workspaces.begin(), workspaces.end(), workspace,
      [](const WorkspaceFacts& one, const Identity& wanted) { return *one.identity < wanted; });
  return found != workspaces.end() && *found->identity == workspace ? &*found : nullptr;
}

bool CycleFacts::read_all() const {
  return std::ranges::none_of(workspaces,
                              [](const WorkspaceFacts& one) { return one.read_error != nullptr; });
}

}  // namespace cr::reconcile
