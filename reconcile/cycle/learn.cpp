#include "reconcile/cycle/learn.h"

#include <algorithm>
#include <memory>
#include <set>

#include "reconcile/status/decide_condition.h"
#include "reconcile/status/fingerprint.h"

namespace cr::reconcile {
namespace {

using coder::ApiError;
using coder::ApiFault;
using Memory = Reconciler::Memory;

bool is_build(const Action& action) {
  return kind_of(action) == ActionKind::create || kind_of(action) == ActionKind::stop;
}

void after_failure(CycleState& state, Declared& one, const ApiError& error) {
  Memory& memory = state.memory;
  if (one.bound) memory.answers.forget(one.bound->built_on);
  // A refusal may come from a policy that has changed since it was read.
  if (one.live && error.fault == ApiFault::rejected) memory.policies.erase(one.live->template_id);
  if (error.fault == ApiFault::unauthorized) return;  // all wait for another token, and then for nothing
  const Backoff* before = memory.backoff.find(*one.identity);
  const Fingerprints under{spec_fingerprint(*one.spec), live_fingerprint(one.live)};
  memory.backoff.failed(*one.identity, under, reason_of_write_failure(error), error, state.memory.clock.now(),
                        jitter_of(*one.identity, before ? before->failures : 0));
}

void after_write(CycleState& state, const Declared& one, const WriteField& write) {
  state.memory.fields.wrote(write.id, write.change.field, wish_fingerprint(*one.spec, write.change.field),
                            state.memory.clock.now());
}

/// Compares the workspace as this cycle last saw it, and what was written with what Coder kept of it.
void compare_seen(CycleState& state, Declared& one) {
  const LiveWorkspace& row = one.seen->row;
  one.diff_of_reply =
      std::make_unique<const WorkspaceDiff>(diff(*one.spec, row, context_of(state.memory, row)));
  FieldMemory& fields = state.memory.fields;
  if (!one.proven || !fields.knows(row.id)) return;
  const WorkspaceDiff& now = *one.diff_of_reply;
  for (const Outcome& outcome : one.outcomes) {
    const WriteField* write = field_write_of(outcome.action);
    if (!write || outcome.result != ActionResult::success) continue;
    const Field field = write->change.field;
    if (now.blocked || now.unreadable.has(field)) continue;
    fields.read_back(row.id, field, other_value(now, field), state.memory.clock.now());
  }
  one.fields = fields.verdict(row.id, state.memory.clock.now());
}

void take_outcomes(CycleState& state) {
  const std::span<const Outcome> all = state.executed.outcomes;
  for (std::size_t begin = 0; begin < all.size();) {
    const Identity& workspace = workspace_of(all[begin].action);
    std::size_t end = begin + 1;
    while (end < all.size() && workspace_of(all[end].action) == workspace) ++end;
    state.find(workspace)->outcomes = all.subspan(begin, end - begin);
    begin = end;
  }
}

void count_failed_reads(CycleState& state) {
  const bool any = std::any_of(state.declared.begin(), state.declared.end(), [](const Declared& one) {
    return one.read_error && coder::is_transient(one.read_error->fault);
  });
  state.memory.failed_reads = any ? state.memory.failed_reads + 1 : 0;
}

/// Nothing that was read came from Coder's API: perhaps the address leads elsewhere by now.
void doubt_address(CycleState& state) {
  const bool none = !state.declared.empty() &&
                    std::all_of(state.declared.begin(), state.declared.end(), [](const Declared& one) {
                      return one.read_error && one.read_error->fault == ApiFault::contract;
                    });
  if (none) state.memory.address_checked = false;
}

void learn_one(CycleState& state, Declared& one) {
  bool failed = false;
  bool succeeded = false;
  for (const Outcome& outcome : one.outcomes) {
    if (outcome.result == ActionResult::success) {
      succeeded = true;
      if (const WriteField* write = field_write_of(outcome.action)) after_write(state, one, *write);
      if (is_build(outcome.action)) state.memory.builds_queued.insert(*one.identity);
    }
    if (outcome.result == ActionResult::failed && outcome.error) {
      failed = true;
      after_failure(state, one, *outcome.error);
    }
  }
  // Whoever has the owner's name by the next create is asked for then.
  if (one.bound && succeeded) state.memory.answers.forget(one.bound->built_on);
  if (succeeded && !failed) state.memory.backoff.succeeded(*one.identity);
}

/// What was written is done unless a later sight of the workspace shows otherwise. Builds are done when a
/// read says so.
void spend_approval(CycleState& state, const Declared& one) {
  ChangesLeft written;
  FieldSet fields;
  for (const Outcome& outcome : one.outcomes) {
    if (outcome.result != ActionResult::success) continue;
    if (const WriteField* write = field_write_of(outcome.action)) fields.add(write->change.field);
    if (std::holds_alternative<CreateWorkspace>(outcome.action)) written.fields.add(Field::missing);
  }
  ChangesLeft left;
  if (one.seen) left = changes_left(one.latest_diff(), one.latest(), state.memory.me.value);
  written.fields = written.fields | fields;
  if (!one.proven) left.fields = left.fields.without(fields);
  if (!written.empty()) state.memory.approval.wrote(*one.identity, written, left);
}

/// By id, since whoever is gone and made anew under his old name is somebody else.
void retain_fields(CycleState& state) {
  FieldMemory& fields = state.memory.fields;
  if (fields.size() == 0) return;
  std::set<WorkspaceId> present;
  for (const Declared& one : state.declared) {
    if (const auto id = state.memory.ids.find(*one.identity)) present.insert(*id);
  }
  fields.retain([&](const WorkspaceId& id) { return present.contains(id); });
  fields.prune(state.begun);
}

void retain_declared(CycleState& state) {
  const auto declared = [&](const Identity& workspace) { return state.find(workspace) != nullptr; };
  state.memory.backoff.retain(declared);
  state.memory.turns.retain(declared);
  state.memory.build_failures.retain(declared);
  retain_fields(state);
}

}  // namespace

void learn(CycleState& state) {
  Memory& memory = state.memory;
  memory.ids.replace(state.read->targets);
  memory.costs = state.read->costs;
  if (state.executed.broken_off) state.stopped_by = state.executed.broken_off;

  take_outcomes(state);
  for (const Seen& seen : state.executed.seen) {
    Declared& one = *state.find(seen.workspace);
    one.seen = &seen;
    one.proven = seen.conclusive;
    memory.ids.learn(seen.workspace, seen.row.id);
  }
  for (const Seen& seen : state.read_back) {
    Declared& one = *state.find(seen.workspace);
    one.seen = &seen;
    one.proven = true;
  }
  for (const Identity& workspace : state.executed.lost) memory.ids.forget(workspace);
  count_failed_reads(state);
  doubt_address(state);

  for (Declared& one : state.declared) {
    if (!one.outcomes.empty()) learn_one(state, one);
    if (one.seen) compare_seen(state, one);
    spend_approval(state, one);
    if (one.unbound) memory.answers.forget(one.unbound->built_on);
  }
  if (state.stopped_by && state.stopped_by->fault == ApiFault::unauthorized) {
    memory.me = {};  // the next token may be somebody else's
    memory.token = {};
  }
  retain_declared(state);
}

}  // namespace cr::reconcile
