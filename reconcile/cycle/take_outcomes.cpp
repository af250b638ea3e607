#include "reconcile/cycle/take_outcomes.h"

#include <span>
#include <utility>

#include "reconcile/fields/managed_field.h"

namespace cr::reconcile {
namespace {

void show(CycleState& state, const Seen& seen, bool proven) {
  WorkspaceFacts& one = *state.find(seen.workspace);
  Done& done = state.done_of(one);
  done.seen = &seen.row;
  DiffContext context = state.context_of(*one.spec, seen.row);
  for (const Outcome& outcome : done.outcomes) {
    const WriteField* write = field_write_of(outcome.action);
    if (write && outcome.result == ActionResult::success &&
        entry_of(write->change.field).taken_for.count() > 0)
      context.taken.add(write->change.field);
  }
  done.seen_diff = state.keep(diff(*one.spec, seen.row, context));
  done.proven = proven;
  done.nothing_left = proven && seen.conclusive;
}

void give_out(CycleState& state, std::span<const Outcome> all) {
  while (!all.empty()) {
    const Identity& workspace = workspace_of(all.front().action);
    std::size_t count = 1;
    while (count < all.size() && workspace_of(all[count].action) == workspace) ++count;
    state.done_of(*state.find(workspace)).outcomes = all.first(count);
    all = all.subspan(count);
  }
}

}  // namespace

void take_outcomes(CycleState& state) {
  if (state.executed.broken_off) state.stopped_by = state.executed.broken_off;
  give_out(state, state.executed.outcomes);
  for (const Seen& seen : state.executed.seen) show(state, seen, seen.conclusive);
  for (const Seen& seen : state.read_back) show(state, seen, true);
  for (const Identity& workspace : state.executed.lost) state.done_of(*state.find(workspace)).id_lost = true;
  for (const Identity& workspace : state.executed.passed_over)
    state.done_of(*state.find(workspace)).passed_over = true;

  Memories& remembered = state.memory.remembered;
  if (!state.places) remembered.reads.take_back(std::move(state.read->targets));
  const CycleFacts facts = state.facts();
  remembered.observe(facts, state.plan, state.verdict);
  for (WorkspaceFacts& one : state.declared) {
    if (one.done->proven)
      state.forbid_fields(one, remembered.fields.verdict(one.done->seen->id, facts.ended));
  }
}

}  // namespace cr::reconcile
