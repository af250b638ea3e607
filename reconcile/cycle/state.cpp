#include "reconcile/cycle/state.h"

#include <algorithm>

namespace cr::reconcile {

WorkspaceFacts* CycleState::find(const Identity& workspace) {
  const auto found = std::ranges::lower_bound(
      declared, workspace, {}, [](const WorkspaceFacts& one) -> const Identity& { return *one.identity; });
  return found != declared.end() && *found->identity == workspace ? &*found : nullptr;
}

CycleFacts CycleState::facts() const {
  CycleFacts facts;
  facts.begun = begun;
  facts.ended = memory.clock.now();
  facts.me = memory.remembered.look_ups.me.value;
  facts.token_refused = stopped_by && stopped_by->fault == coder::ApiFault::unauthorized;
  facts.address_checked = address_checked;
  if (read) facts.costs = &read->costs;
  facts.users = users;
  facts.workspaces = declared;
  return facts;
}

void CycleState::exclude(WorkspaceFacts& one, Excluded why) {
  if (!one.excluded) one.excluded = &excluded.emplace_back(std::move(why));
}

const WorkspaceDiff* CycleState::keep(WorkspaceDiff diff) {
  static const WorkspaceDiff kNothingToSay;
  if (diff == kNothingToSay) return &kNothingToSay;
  return &diffs.emplace_back(std::move(diff));
}

}  // namespace cr::reconcile
