#include "reconcile/cycle/take_outcomes.h"

#include <span>
#include <utility>

namespace cr::reconcile {
namespace {

void show(CycleState& state, const Seen& seen, bool proven) {
  WorkspaceFacts& one = *state.find(seen.workspace);
  one.seen = &seen.row;
  one.seen_diff =
      state.keep(diff(*one.spec, seen.row, state.memory.remembered.look_ups.context_of(seen.row)));
  one.proven = proven;
  one.nothing_left = proven && seen.conclusive;
}

void give_out(CycleState& state, std::span<const Outcome> all) {
  while (!all.empty()) {
    const Identity& workspace = workspace_of(all.front().action);
    std::size_t count = 1;
    while (count < all.size() && workspace_of(all[count].action) == workspace) ++count;
    state.find(workspace)->done = all.first(count);
    all = all.subspan(count);
  }
}

}  // namespace

void take_outcomes(CycleState& state) {
  if (state.executed.broken_off) state.stopped_by = state.executed.broken_off;
  give_out(state, state.executed.outcomes);
  for (const Seen& seen : state.executed.seen) show(state, seen, seen.conclusive);
  for (const Seen& seen : state.read_back) show(state, seen, true);
  for (const Identity& workspace : state.executed.lost) state.find(workspace)->id_lost = true;
  for (const Identity& workspace : state.executed.passed_over) state.find(workspace)->passed_over = true;

  Memories& remembered = state.memory.remembered;
  remembered.reads.take_back(std::move(state.read->targets));
  const CycleFacts facts = state.facts();
  remembered.observe(facts, state.plan, state.verdict);
  for (WorkspaceFacts& one : state.declared) {
    if (one.proven) one.fields = remembered.fields.verdict(one.seen->id, facts.ended);
  }
}

}  // namespace cr::reconcile
