#include "reconcile/memory/look_ups.h"

#include <algorithm>

#include "reconcile/fields/managed_field.h"

namespace cr::reconcile {

const coder::Template* LookUps::policy_of(const LiveWorkspace& live) const {
  const auto found = policies.find(live.template_id);
  return found == policies.end() ? nullptr : &found->second;
}

bool LookUps::is_policy_good(const LiveWorkspace& live) const {
  return policy_of(live) && !doubted_policies.contains(live.template_id);
}

const coder::User* LookUps::inactive_user(const UserId& user) const {
  if (!inactive_users.value) return nullptr;
  const auto found = std::ranges::lower_bound(*inactive_users.value, user, {}, &coder::User::id);
  return found != inactive_users.value->end() && found->id == user ? &*found : nullptr;
}

bool LookUps::is_inactive(const UserId& user) const {
  return inactive_user(user) != nullptr;
}

bool LookUps::is_suspended(const UserId& user) const {
  const coder::User* found = inactive_user(user);
  return found && found->status == coder::UserStatus::suspended;
}

const KnownMove* LookUps::move_of(const LiveWorkspace& live) const {
  const auto found = moves.find(live.id);
  if (found == moves.end()) return nullptr;
  const KnownMove& known = found->second;
  return known.to == live.active_version && known.from == live.build.id ? &known : nullptr;
}

const BuildParameters* LookUps::parameters_of(const LiveWorkspace& live) const {
  const auto found = parameters.find(live.id);
  return found == parameters.end() || found->second.build != live.build.id ? nullptr : &found->second.values;
}

const KnownFavorite* LookUps::favorite_of(const WorkspaceId& workspace) const {
  const auto found = favorites.find(workspace);
  return found == favorites.end() ? nullptr : &found->second;
}

DiffContext LookUps::context_of(const LiveWorkspace& live) const {
  DiffContext context;
  context.policy = policy_of(live);
  context.parameters = parameters_of(live);
  context.me = me.value;
  return context;
}

/// What was written with the owner's token is what they see now.
void LookUps::take_favorite(const WorkspaceFacts& one) {
  for (const Outcome& outcome : one.done->outcomes) {
    const WriteField* write = field_write_of(outcome.action);
    if (!write || &entry_of(write->change.field) != &kFavorite) continue;
    const auto known = favorites.find(write->id);
    if (known == favorites.end()) continue;
    if (outcome.result == ActionResult::success) {
      known->second.favorite.value = write->change.to == specs::FieldValue(true);
    } else {
      // Until its owner is asked again, in some minutes.
      known->second.problem = outcome.note;
    }
  }
}

void LookUps::observe(const CycleFacts& cycle) {
  for (const WorkspaceFacts& one : cycle.workspaces) {
    if (one.decided->unbound) answers.forget(one.decided->unbound->built_on);
    if (!one.acted()) continue;
    take_favorite(one);
    const bool failed = one.any(ActionResult::failed);
    // Of a create that failed something may have changed; whoever has the owner's name by the next one is
    // asked for then.
    if (one.decided->bound && (failed || one.any(ActionResult::success)))
      answers.forget(one.decided->bound->built_on);
    const bool refused = std::ranges::any_of(one.done->outcomes, [](const Outcome& outcome) {
      return outcome.error && outcome.error->fault == coder::ApiFault::rejected;
    });
    // By a policy, perhaps, that has changed since it was read.
    if (one.live && refused) doubted_policies.insert(one.live->template_id);
  }
  for (const WorkspaceId& id : cycle.undeclared) {
    parameters.erase(id);
    moves.erase(id);
  }
  if (cycle.token_refused) {
    me = {};  // the next token may be somebody else's
    token = {};
    inactive_users = {};
  }
}

}  // namespace cr::reconcile
