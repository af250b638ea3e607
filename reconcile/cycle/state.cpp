#include "reconcile/cycle/state.h"

#include <algorithm>

#include "reconcile/read/room.h"

namespace cr::reconcile {

WorkspaceFacts* CycleState::find(const Identity& workspace) {
  const auto found = std::ranges::lower_bound(
      declared, workspace, {}, [](const WorkspaceFacts& one) -> const Identity& { return *one.identity; });
  return found != declared.end() && *found->identity == workspace ? &*found : nullptr;
}

void CycleState::give_buffers_back() {
  memory.buffers.declared = room_of(std::move(declared));
  if (read) memory.buffers.read = take_buffers(std::move(*read));
  read.reset();
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
  if (!one.decided->excluded) decided_of(one).excluded = &excluded.emplace_back(std::move(why));
}

void CycleState::forbid_fields(WorkspaceFacts& one, const FieldVerdict& fields) {
  if (fields != one.decided->fields) decided_of(one).fields = fields;
}

const WorkspaceDiff* CycleState::keep(WorkspaceDiff diff) {
  static const WorkspaceDiff kNothingToSay;
  if (diff == kNothingToSay) return &kNothingToSay;
  return &diffs.emplace_back(std::move(diff));
}

}  // namespace cr::reconcile
