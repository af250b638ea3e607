#include "reconcile/memory/approval.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "reconcile/diff/first_build.h"
#include "reconcile/fields/managed_field.h"
#include "reconcile/memory/fingerprint.h"

namespace cr::reconcile {
namespace {

constexpr std::chrono::hours kGoodFor{24};
// Every cycle of an outage may hold another part of the plan; nobody approves one of many cycles ago.
constexpr std::size_t kHeldPlans = 4;

/// Fields that may need a stop before they are written.
FieldSet stopping() {
  FieldSet fields;
  for (std::size_t i = 0; i < managed_fields().size(); ++i) {
    if (!managed_fields()[i]->needs_stop.is(needs_no_stop)) fields.add(managed_field_at(i));
  }
  return fields;
}

struct ChangeOf {
  ChangesLeft operator()(const CreateWorkspace&) const { return {{Field::missing}, false}; }
  ChangesLeft operator()(const RetryFirstBuild&) const { return {{}, true}; }
  ChangesLeft operator()(const StopWorkspace&) const { return {stopping(), false}; }  // half of what needs it
  ChangesLeft operator()(const WriteField& write) const { return {{write.change.field}, false}; }
};

ChangesLeft both(ChangesLeft a, ChangesLeft b) {
  return {a.fields | b.fields, a.first_build || b.first_build};
}
ChangesLeft common(ChangesLeft a, ChangesLeft b) {
  return {a.fields & b.fields, a.first_build && b.first_build};
}
ChangesLeft without(ChangesLeft a, ChangesLeft b) {
  return {a.fields.without(b.fields), a.first_build && !b.first_build};
}

}  // namespace

ChangesLeft changes_of(const WorkspacePlan& plan) {
  ChangesLeft changes;
  for (const Action& action : plan.actions) changes = both(changes, std::visit(ChangeOf{}, action));
  return changes;
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

bool Approval::approve(std::string digest, async::SteadyTime now) {
  const auto found = std::ranges::find(held_, digest, &Held::digest);
  if (found == held_.end()) {
    awaited_ = Awaited{std::move(digest), now};
    return false;
  }
  cover(*found, now);
  return true;
}

Verdict Approval::judge(const Plan& plan, const CycleFacts& cycle, const ChangeLimit& limit,
                        const GuardWords& words) const {
  const std::size_t declared = cycle.declared.size();
  Verdict verdict = reconcile::judge(plan, declared, limit, count_covered(plan, cycle), words);
  if (verdict.held && awaits(verdict.digest, cycle.begun))
    verdict = reconcile::judge(plan, declared, limit, plan.workspaces.size(), words);
  return verdict;
}

void Approval::observe(const CycleFacts& cycle, const Plan& plan, const Verdict& verdict) {
  for (auto next = covered_.begin(); next != covered_.end();) {
    next->second.changes = still_covered(next->first, next->second, cycle);
    next = next->second.changes.empty() ? covered_.erase(next) : std::next(next);
  }
  const bool read_all = cycle.read_all();
  if (read_all) held_.clear();
  if (verdict.held) {
    std::erase_if(held_, [&](const Held& one) { return one.digest == verdict.digest; });
    if (held_.size() == kHeldPlans) held_.erase(held_.begin() + 1);
    held_.push_back(shown(plan, verdict.digest, cycle));
  } else if (verdict.approved && awaits(verdict.digest, cycle.begun)) {
    cover(shown(plan, verdict.digest, cycle), cycle.begun);
    awaited_.reset();
  }
  if (read_all) awaited_.reset();
  for (const WorkspaceFacts& one : cycle.workspaces) {
    if (one.acted()) spend(one, cycle.me);
  }
}

bool Approval::awaits(const std::string& digest, async::SteadyTime now) const {
  return awaited_ && awaited_->digest == digest && now - awaited_->since < kGoodFor;
}

ChangesLeft Approval::still_covered(const Identity& workspace, const Covered& covered,
                                    const CycleFacts& cycle) {
  if (cycle.begun - covered.since >= kGoodFor) return {};
  const WorkspaceFacts* one = cycle.find(workspace);
  if (!one || spec_fingerprint(*one->spec) != covered.spec) return {};
  if (!one->compared()) return covered.changes;  // nothing is known to be done
  const ChangesLeft left = changes_left(*one->diff, one->live, cycle.me);
  // Once it exists, what its creation could not do is what is left of it.
  const bool created = covered.changes.fields.has(Field::missing) && one->live;
  return created ? left : common(covered.changes, left);
}

std::size_t Approval::count_covered(const Plan& plan, const CycleFacts& cycle) const {
  if (covered_.empty()) return 0;
  return static_cast<std::size_t>(std::ranges::count_if(plan.workspaces, [&](const WorkspacePlan& one) {
    const auto found = covered_.find(one.workspace);
    if (found == covered_.end()) return false;
    return without(changes_of(one), still_covered(one.workspace, found->second, cycle)).empty();
  }));
}

Approval::Held Approval::shown(const Plan& plan, std::string digest, const CycleFacts& cycle) {
  Held held;
  held.digest = std::move(digest);
  held.workspaces.reserve(plan.workspaces.size());
  for (const WorkspacePlan& planned : plan.workspaces) {
    const WorkspaceFacts* one = cycle.find(planned.workspace);
    if (!one) continue;
    ChangesLeft changes = changes_of(planned);
    // The plan says so beside the retry: dormant once the first build has ended.
    if (changes.first_build)
      changes.fields = changes.fields | (changes_left(*one->diff, one->live, cycle.me).fields & stopping());
    held.workspaces.push_back(Planned{planned.workspace, changes, spec_fingerprint(*one->spec)});
  }
  return held;
}

void Approval::cover(const Held& plan, async::SteadyTime now) {
  for (const Planned& one : plan.workspaces) {
    Covered& covered = covered_[one.workspace];
    covered.changes = covered.spec == one.spec ? both(covered.changes, one.changes) : one.changes;
    covered.spec = one.spec;
    covered.since = now;
  }
}

/// What was written is done unless a later sight of the workspace shows otherwise. Builds are done when a
/// read says so.
void Approval::spend(const WorkspaceFacts& one, const std::optional<UserId>& me) {
  const auto found = covered_.find(*one.identity);
  if (found == covered_.end()) return;
  FieldSet fields;
  bool created = false;
  for (const Outcome& outcome : one.done->outcomes) {
    if (outcome.result != ActionResult::success) continue;
    if (const WriteField* write = field_write_of(outcome.action)) fields.add(write->change.field);
    created = created || std::holds_alternative<CreateWorkspace>(outcome.action);
  }
  if (fields.empty() && !created) return;
  ChangesLeft left;
  if (one.done->seen) left = changes_left(*one.done->seen_diff, one.done->seen, me);
  if (!one.done->proven) left.fields = left.fields.without(fields);
  ChangesLeft& changes = found->second.changes;
  changes = created ? left : without(changes, without({fields, false}, left));
  if (changes.empty()) covered_.erase(found);
}

}  // namespace cr::reconcile
