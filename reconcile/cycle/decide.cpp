#include "reconcile/cycle/decide.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "reconcile/cycle/follow.h"
#include "reconcile/fields/managed_field.h"

namespace cr::reconcile {
namespace {

/// Nothing is written on the word of a policy that could not be read.
bool waits_for_policy(const CycleState& state, const WorkspaceFacts& one) {
  if (!state.policies_unread || state.memory.remembered.look_ups.is_policy_good(*one.live)) return false;
  return std::ranges::any_of(one.diff->drift, [&](const Change& change) {
    return one.diff->wanted.has(change.field) && is_managed(change.field) &&
           depends_on_policy(entry_of(change.field));
  });
}

void compare(CycleState& state, WorkspaceFacts& one) {
  if (!one.live) {
    one.diff = state.keep(diff_absent(*one.spec));
    return;
  }
  WorkspaceDiff found = diff(*one.spec, *one.live, state.context_of(*one.spec, *one.live));
  name_authors(state, *one.live, found);
  one.diff = state.keep(std::move(found));
  if (!waits_for_policy(state, one)) return;
  one.read_error = &*state.policies_unread;
  one.live = nullptr;
  one.diff = nullptr;
}

void plan(CycleState& state, WorkspaceFacts& one, std::vector<WorkspacePlan>& plans) {
  const Memories& remembered = state.memory.remembered;
  if (const Backoff* waiting = remembered.backoff.waiting(one, state.begun))
    state.decided_of(one).backoff = &state.backoffs.emplace_back(*waiting);
  state.forbid_fields(one, remembered.fields.verdict(one, state.begun));
  PlanInput input;
  input.spec = one.spec;
  input.live = one.live;
  input.diff = one.diff;
  input.bound = one.decided->bound;
  input.me = remembered.look_ups.me.value;
  input.now = state.begun_wall;
  input.coders_now = state.coders_now;
  input.idle_before_stop = state.memory.limits.idle_before_stop;
  input.memory.backing_off = one.decided->backoff != nullptr;
  input.memory.overridden = one.decided->fields.overridden_waiting;
  input.memory.contested = one.decided->fields.contested;
  input.memory.failed_builds = remembered.builds.failed_tries(one, input.me);
  PlannedWorkspace planned = plan_workspace(input);
  if (planned.waiting) state.decided_of(one).waiting = &state.waits.emplace_back(std::move(*planned.waiting));
  if (planned.plan) plans.push_back(std::move(*planned.plan));
}

void decide_one(CycleState& state, WorkspaceFacts& one, std::vector<WorkspacePlan>& plans) {
  if (one.decided->excluded || one.read_error) return;
  compare(state, one);
  if (one.diff) plan(state, one, plans);
}

Excluded of_defect(std::string_view what) {
  return {Reason::NotRead, fmt::format("an internal error in coder-reconciler prevents it from being "
                                       "evaluated, so nothing is changed: {}; "
                                       "please report it",
                                       what)};
}

}  // namespace

void decide(CycleState& state) {
  std::vector<WorkspacePlan> plans;
  for (WorkspaceFacts& one : state.declared) {
    try {
      decide_one(state, one, plans);
    } catch (const std::exception& error) {
      one.diff = nullptr;
      state.exclude(one, of_defect(error.what()));
      state.memory.observer.on_defect(*one.identity, error.what());
    }
  }
  state.plan = assemble_plan(std::move(plans));
  for (const WorkspacePlan& planned : state.plan.workspaces)
    state.decided_of(*state.find(planned.workspace)).planned = &planned;
  const CycleFacts facts = state.facts();
  state.builds_in_flight = state.memory.remembered.builds.under_way(facts);
  const Limits& limits = state.memory.limits;
  state.verdict = state.memory.remembered.approval.judge(state.plan, facts, limits.max_changes, limits.held);
}

}  // namespace cr::reconcile
