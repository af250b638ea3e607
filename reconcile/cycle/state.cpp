#include "reconcile/cycle/state.h"

#include <algorithm>

#include "reconcile/fields/managed_field.h"
#include "reconcile/read/room.h"

namespace cr::reconcile {

WorkspaceFacts* CycleState::find(const Identity& workspace) {
  const auto place = std::ranges::lower_bound(
      declared, workspace, {}, [](const WorkspaceFacts& one) -> const Identity& { return *one.identity; });
  return place != declared.end() && *place->identity == workspace ? &*place : nullptr;
}

std::chrono::sys_seconds Reconciler::Memory::coders_time() const {
  return std::chrono::floor<std::chrono::seconds>(clock.wall()) +
         reader.clock_ahead().value_or(std::chrono::seconds(0));
}

DiffContext Reconciler::Memory::context_of(const specs::WorkspaceSpec& spec, const LiveWorkspace& row,
                                           async::SteadyTime begun, std::chrono::sys_seconds now) const {
  DiffContext context = remembered.look_ups.context_of(row);
  context.fields.now = now;
  context.fields.retain_setting = limits.retain_setting;
  context.fields.tokens_setting = limits.tokens_setting;
  context.fields.may_retain = limits.allow_retain;
  context.taken = remembered.fields.taken(spec, row, begun);
  if (context.me == row.owner_id) {
    context.fields.has_owners_token = true;
    context.fields.favorite = row.favorite;
  } else if (owners_reader && spec.fields.find(kFavorite.key)) {
    const KnownFavorite* known = remembered.look_ups.favorite_of(row.id);
    context.fields.no_token = owners_reader->problem_of(row.owner_name);
    if (context.fields.no_token.empty() && known) context.fields.no_token = known->problem;
    context.fields.has_owners_token = context.fields.no_token.empty();
    if (known) context.fields.favorite = known->favorite.value;
  }
  return context;
}

coder::CoderWriter* CycleState::owners_writer(const Identity& workspace) {
  const WorkspaceFacts* one = find(workspace);
  if (!one) return nullptr;
  const LiveWorkspace* row = one->latest();
  const Bound* created = one->decided->bound;  // in this cycle, where there is no row yet
  if (!row && !created) return nullptr;
  if (memory.remembered.look_ups.me.value == (row ? row->owner_id : created->request.owner))
    return memory.writer;
  if (!memory.owners_writer) return nullptr;
  return memory.owners_writer->writer_of(row ? row->owner_name : created->owner_name);
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
  facts.begun_wall = begun_wall;
  facts.me = memory.remembered.look_ups.me.value;
  facts.token_refused = stopped_by && stopped_by->fault == coder::ApiFault::unauthorized;
  facts.address_checked = address_checked;
  if (read) facts.costs = &read->costs;
  facts.users = users;
  facts.declared = desired.specs;
  facts.workspaces = declared;
  if (places) facts.places = *places;
  facts.undeclared = undeclared;
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
