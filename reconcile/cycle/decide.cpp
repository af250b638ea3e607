#include "reconcile/cycle/decide.h"

#include <algorithm>
#include <utility>

#include "reconcile/fields/managed_field.h"
#include "reconcile/status/fingerprint.h"

namespace cr::reconcile {
namespace {

using Memory = Reconciler::Memory;

/// Nothing is written on the word of a policy that could not be read.
bool waits_for_policy(const CycleState& state, const Declared& one) {
  if (!state.policies_unread || policy_of(state.memory, *one.live)) return false;
  return std::ranges::any_of(one.diff.drift, [&](const Change& change) {
    return one.diff.wanted.has(change.field) && is_managed(change.field) &&
           depends_on_policy(entry_of(change.field));
  });
}

void observe_fields(CycleState& state, Declared& one) {
  FieldMemory& fields = state.memory.fields;
  if (!fields.knows(one.live->id)) return;
  for (std::size_t i = 0; i < managed_fields().size(); ++i) {
    const Field field = managed_field_at(i);
    if (!one.spec->fields.find(entry_of(field).key)) {
      fields.not_declared(one.live->id, field);
      continue;
    }
    // A value that we do not know confirms nothing and contradicts nothing.
    if (one.diff.blocked || one.diff.unreadable.has(field)) continue;
    fields.observed(one.live->id, field, other_value(one.diff, field), wish_fingerprint(*one.spec, field),
                    state.begun);
  }
  one.fields = fields.verdict(one.live->id, state.begun);
}

std::optional<std::uint32_t> observe_build(Memory& memory, const Declared& one) {
  const LiveBuild& build = one.live->build;
  const bool failed = build.status == BuildStatus::failed || build.status == BuildStatus::canceled;
  if (failed && memory.me.value && build.initiator == *memory.me.value) {
    return memory.build_failures.observe(*one.identity, build, spec_fingerprint(*one.spec));
  }
  // A build that is under way may be the retry whose end is still to be counted.
  if (!build.active()) memory.build_failures.forget(*one.identity);
  return std::nullopt;
}

/// Builds of ours that a read has seen the end of.
void forget_ended_builds(CycleState& state) {
  std::erase_if(state.memory.builds_queued, [&](const Identity& workspace) {
    const Declared* one = state.find(workspace);
    return !one || (!one->read_error && !(one->live && one->live->build.active()));
  });
}

void diff_one(CycleState& state, Declared& one) {
  if (!one.live) {
    one.diff = diff_absent(*one.spec);
    return;
  }
  one.diff = diff(*one.spec, *one.live, context_of(state.memory, *one.live));
  if (waits_for_policy(state, one)) one.read_error = &*state.policies_unread;
}

void plan_one(CycleState& state, Declared& one) {
  Memory& memory = state.memory;
  PlanInput input;
  input.spec = one.spec;
  input.live = one.live;
  input.diff = &one.diff;
  input.me = memory.me.value;
  input.now = state.begun_wall;
  if (one.live) {
    observe_fields(state, one);
    input.memory.failed_builds = observe_build(memory, one);
  }
  input.bound = one.bound.get();
  if (memory.backoff.find(*one.identity)) {
    const Fingerprints present{spec_fingerprint(*one.spec), live_fingerprint(one.live)};
    one.backoff = memory.backoff.waiting(*one.identity, present, state.begun);
  }
  input.memory.backing_off = one.backoff != nullptr;
  input.memory.overridden = one.fields.overridden_waiting;
  input.memory.contested = one.fields.contested;
  one.planned = plan_workspace(input);
}

}  // namespace

void decide(CycleState& state) {
  forget_ended_builds(state);
  std::vector<WorkspacePlan> plans;
  for (Declared& one : state.declared) {
    if (!one.duplicate.empty() || !one.owner_changed.empty() || one.read_error) continue;
    diff_one(state, one);
    if (one.read_error) continue;
    one.compared = !one.diff.blocked;
    plan_one(state, one);
    if (one.planned.plan) plans.push_back(*one.planned.plan);
  }
  state.plan = assemble_plan(std::move(plans));
  const auto facts_of = [&](const Identity& workspace) -> std::optional<WorkspaceFacts> {
    const Declared* one = state.find(workspace);
    if (!one) return std::nullopt;
    WorkspaceFacts facts;
    facts.spec = spec_fingerprint(*one->spec);
    if (!one->compared) return facts;
    facts.exists = one->live != nullptr;
    facts.left = changes_left(one->diff, one->live, state.memory.me.value);
    return facts;
  };
  const bool read_all = std::all_of(state.declared.begin(), state.declared.end(),
                                    [](const Declared& one) { return !one.read_error; });
  state.verdict = state.memory.approval.judge(
      state.plan, state.declared.size(), state.memory.limits.max_changes, read_all, facts_of, state.begun);
}

}  // namespace cr::reconcile
