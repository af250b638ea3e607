#include "reconcile/cycle/approval.h"

#include <utility>

namespace cr::reconcile {

Verdict Approval::judge(const Plan& plan, std::size_t declared, const ChangeLimit& limit,
                        const SpecOf& spec_of) {
  const std::string given = std::exchange(digest_, {});
  Verdict verdict = reconcile::judge(plan, declared, limit, given);
  if (verdict.approved) {
    approved_.clear();
    for (const WorkspacePlan& workspace : plan.workspaces) {
      approved_.emplace(workspace.workspace, spec_of(workspace.workspace));
    }
    return verdict;
  }
  if (plan.empty() || approved_.empty()) {
    approved_.clear();
    return verdict;
  }
  if (!verdict.held) return verdict;
  const Plan rest = without_approved(plan, spec_of);
  if (reconcile::judge(rest, declared, limit, {}).held) return verdict;
  return reconcile::judge(plan, declared, limit, verdict.digest);
}

Plan Approval::without_approved(const Plan& plan, const SpecOf& spec_of) const {
  Plan rest;
  for (const WorkspacePlan& workspace : plan.workspaces) {
    const auto found = approved_.find(workspace.workspace);
    if (found == approved_.end() || found->second != spec_of(workspace.workspace))
      rest.workspaces.push_back(workspace);
  }
  return rest;
}

}  // namespace cr::reconcile
