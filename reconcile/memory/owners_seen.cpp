#include "reconcile/memory/owners_seen.h"

#include <fmt/format.h>

#include "specs/workspace_spec.h"

namespace cr::reconcile {

std::optional<UserId> OwnersSeen::before(std::string_view name, const UserId& now) const {
  const auto found = first_.find(name);
  return found == first_.end() || found->second == now ? std::nullopt : std::optional(found->second);
}

void OwnersSeen::observe(const CycleFacts& cycle) {
  if (!cycle.some_rest() || !cycle.undeclared.empty())
    std::erase_if(first_, [&](const auto& entry) { return !cycle.is_owner(entry.first); });
  for (const WorkspaceFacts& one : cycle.workspaces) {
    if (one.live && !specs::is_uuid(one.spec->owner))
      first_.try_emplace(one.identity->owner, one.live->owner_id);
  }
  for (const auto& [name, id] : cycle.users) {
    if (cycle.is_owner(name)) first_.try_emplace(name, id);
  }
}

Excluded owner_changed(std::string_view name, const UserId& now, const UserId& before) {
  return {
      Reason::OwnerChanged,
      fmt::format(
          "the username {} now belongs to a different user than when this process first saw it ({} now, {} "
          "before), so nothing is created or changed; set spec.owner to the owner's UUID, or restart "
          "to accept the new user",
          name, now.to_string(), before.to_string())};
}

}  // namespace cr::reconcile
