#include "reconcile/cycle/owners_seen.h"

#include <fmt/format.h>

#include <utility>

#include "reconcile/cycle/state.h"

namespace cr::reconcile {

std::optional<UserId> OwnersSeen::see(std::string_view name, const UserId& id) {
  const auto found = first_.find(name);
  if (found == first_.end()) {
    first_.emplace(name, id);
    return std::nullopt;
  }
  if (found->second == id) return std::nullopt;
  return found->second;
}

void OwnersSeen::retain(const std::function<bool(std::string_view)>& declared) {
  std::erase_if(first_, [&](const auto& entry) { return !declared(entry.first); });
}

void mark_changed_owners(CycleState& state) {
  std::map<std::string_view, std::vector<Declared*>> by_owner;
  for (std::size_t i = 0; i < state.declared.size(); ++i) {
    if (state.read->targets[i].owner_is_uuid) continue;
    by_owner[state.declared[i].identity->owner].push_back(&state.declared[i]);
  }
  OwnersSeen& seen = state.memory.owners_seen;
  seen.retain([&](std::string_view name) { return by_owner.contains(name); });

  const auto look_at = [&](std::string_view name, const UserId& id) {
    const auto found = by_owner.find(name);
    if (found == by_owner.end()) return;
    const auto before = seen.see(name, id);
    if (!before) return;
    const std::string message = fmt::format(
        "the name {} belongs to another user than when this process first saw it ({} now, {} before), so "
        "nothing "
        "is created or changed; give the owner's UUID in the spec, or restart if the new one is meant",
        name, id.to_string(), before->to_string());
    for (Declared* one : found->second) one->owner_changed = message;
  };
  for (const Declared& one : state.declared) {
    if (one.live) look_at(one.identity->owner, one.live->owner_id);
  }
  for (const auto& [name, id] : state.memory.answers.known_users()) look_at(name, id);
}

}  // namespace cr::reconcile
