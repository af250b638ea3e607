#include "reconcile/cycle/state.h"

#include <algorithm>

#include "reconcile/diff/first_build.h"
#include "reconcile/status/fingerprint.h"

namespace cr::reconcile {

Declared* CycleState::find(const Identity& workspace) {
  const auto found =
      std::lower_bound(declared.begin(), declared.end(), workspace,
                       [](const Declared& one, const Identity& wanted) { return *one.identity < wanted; });
  return found != declared.end() && *found->identity == workspace ? &*found : nullptr;
}

std::size_t own_active_builds(const CycleState& state) {
  const std::optional<UserId>& me = state.memory.me.value;
  const std::set<Identity>& queued = state.memory.builds_queued;
  return static_cast<std::size_t>(
      std::count_if(state.declared.begin(), state.declared.end(), [&](const Declared& one) {
        if (!one.live) return one.read_error && queued.contains(*one.identity);
        if (!one.live->build.active()) return false;
        return !me || one.live->build.initiator == *me || queued.contains(*one.identity);
      }));
}

const coder::Template* policy_of(const Reconciler::Memory& memory, const LiveWorkspace& live) {
  const auto found = memory.policies.find(live.template_id);
  return found == memory.policies.end() ? nullptr : &found->second;
}

ChangesLeft changes_left(const WorkspaceDiff& diff, const LiveWorkspace* live,
                         const std::optional<UserId>& me) {
  ChangesLeft left;
  left.fields = diff.wanted | diff.forbidden | diff.unreadable;
  if (!live) return left;
  const FirstBuild build = first_build_of(*live, me);
  // While we do not know who we are it may be ours.
  left.first_build = build == FirstBuild::active || build == FirstBuild::failed || (!me && needs_me(*live));
  return left;
}

DiffContext context_of(const Reconciler::Memory& memory, const LiveWorkspace& live) {
  DiffContext context;
  context.policy = policy_of(memory, live);
  if (const auto found = memory.parameters.find(live.build.id); found != memory.parameters.end()) {
    context.parameters = &found->second;
  }
  context.me = memory.me.value;
  return context;
}

OtherValue other_value(const WorkspaceDiff& diff, Field field) {
  const Change* change = diff.find(field);
  return change ? OtherValue(value_fingerprint(change->from)) : std::nullopt;
}

}  // namespace cr::reconcile
