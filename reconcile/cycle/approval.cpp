#include "reconcile/cycle/approval.h"

#include <algorithm>
#include <iterator>
#include <type_traits>
#include <utility>
#include <variant>

#include "reconcile/fields/managed_field.h"

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

ChangesLeft change_of(const Action& action) {
  return std::visit(
      [](const auto& one) -> ChangesLeft {
        using T = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<T, CreateWorkspace>) {
          return {{Field::missing}, false};
        } else if constexpr (std::is_same_v<T, RetryFirstBuild>) {
          return {{}, true};
        } else if constexpr (std::is_same_v<T, WriteField>) {
          return {{one.change.field}, false};
        } else {
          static_assert(std::is_same_v<T, StopWorkspace>);
          return {stopping(), false};  // half of what needs it
        }
      },
      action);
}

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
  for (const Action& action : plan.actions) changes = both(changes, change_of(action));
  return changes;
}

bool Approval::approve(std::string digest, async::SteadyTime now) {
  const auto found =
      std::find_if(held_.begin(), held_.end(), [&](const Held& plan) { return plan.digest == digest; });
  if (found == held_.end()) {
    awaited_ = Awaited{std::move(digest), now};
    return false;
  }
  cover(*found, now);
  return true;
}

Verdict Approval::judge(const Plan& plan, std::size_t declared, const ChangeLimit& limit, bool read_all,
                        const FactsOf& facts_of, async::SteadyTime now) {
  end_what_is_over(facts_of, now);
  Verdict verdict = reconcile::judge(plan, declared, limit, count_covered(plan));
  if (read_all) held_.clear();
  if (verdict.held) {
    Held shown = seen(plan, verdict.digest, facts_of);
    if (awaited_ && awaited_->digest == verdict.digest) {
      cover(shown, now);
      verdict = reconcile::judge(plan, declared, limit, count_covered(plan));
    }
    std::erase_if(held_, [&](const Held& one) { return one.digest == shown.digest; });
    if (held_.size() == kHeldPlans) held_.erase(held_.begin() + 1);
    if (verdict.held) held_.push_back(std::move(shown));
    if (!verdict.held) awaited_.reset();
  }
  if (read_all) awaited_.reset();
  return verdict;
}

void Approval::end_what_is_over(const FactsOf& facts_of, async::SteadyTime now) {
  if (awaited_ && now - awaited_->since >= kGoodFor) awaited_.reset();
  const auto is_over = [&](const Identity& workspace, Covered& covered) {
    if (now - covered.since >= kGoodFor) return true;
    const auto facts = facts_of(workspace);
    if (!facts || facts->spec != covered.spec) return true;
    if (!facts->left) return false;
    // Once it exists, what its creation could not do is what is left of it.
    const bool created = covered.changes.fields.has(Field::missing) && facts->exists;
    covered.changes = created ? *facts->left : common(covered.changes, *facts->left);
    return covered.changes.empty();
  };
  for (auto next = covered_.begin(); next != covered_.end();) {
    next = is_over(next->first, next->second) ? covered_.erase(next) : std::next(next);
  }
}

std::size_t Approval::count_covered(const Plan& plan) const {
  if (covered_.empty()) return 0;
  return static_cast<std::size_t>(
      std::count_if(plan.workspaces.begin(), plan.workspaces.end(), [&](const WorkspacePlan& workspace) {
        const auto found = covered_.find(workspace.workspace);
        return found != covered_.end() && without(changes_of(workspace), found->second.changes).empty();
      }));
}

Approval::Held Approval::seen(const Plan& plan, std::string digest, const FactsOf& facts_of) {
  Held held;
  held.digest = std::move(digest);
  held.workspaces.reserve(plan.workspaces.size());
  for (const WorkspacePlan& workspace : plan.workspaces) {
    const auto facts = facts_of(workspace.workspace);
    if (!facts) continue;
    ChangesLeft changes = changes_of(workspace);
    // The plan says so beside the retry: dormant once the first build has ended.
    if (changes.first_build && facts->left)
      changes.fields = changes.fields | (facts->left->fields & stopping());
    held.workspaces.push_back(Planned{workspace.workspace, changes, facts->spec});
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

void Approval::wrote(const Identity& workspace, ChangesLeft written, ChangesLeft left) {
  const auto found = covered_.find(workspace);
  if (found == covered_.end()) return;
  ChangesLeft& changes = found->second.changes;
  const bool created = written.fields.has(Field::missing) && changes.fields.has(Field::missing);
  changes = created ? left : without(changes, without(written, left));
  if (changes.empty()) covered_.erase(found);
}

}  // namespace cr::reconcile
