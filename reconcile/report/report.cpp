#include "reconcile/report/report.h"

#include <algorithm>

namespace cr::reconcile {

bool was_compared(const WorkspaceStatus& row) {
  switch (row.ready.reason) {
    case Reason::NotManageable:
    case Reason::OwnerChanged:
    case Reason::RateLimited:
      return false;
    case Reason::Updating:  // without drift: it is being deleted
    case Reason::Rejected:  // without drift: another document declares it, too
      return !row.drift.empty();
    default:
      return ready_of(row.ready.reason) != Ready::Unknown;
  }
}

std::string_view to_string(CycleResult result) {
  switch (result) {
    case CycleResult::in_sync:
      return "in_sync";
    case CycleResult::converged:
      return "converged";
    case CycleResult::partial:
      return "partial";
    case CycleResult::held:
      return "held";
    case CycleResult::failed:
      return "failed";
  }
  return "unknown";
}

std::size_t CycleReport::count(Reason reason) const {
  return workspaces.counts().of(reason);
}

std::vector<std::size_t> CycleReport::drifted_fields() const {
  const RowCounts counts = workspaces.counts();
  std::vector<std::size_t> of_drift;
  for (const Field field : fields_that_drift()) of_drift.push_back(counts.drifted(field));
  return of_drift;
}

std::size_t CycleReport::planned(ActionKind kind) const {
  std::size_t count = 0;
  for (const WorkspacePlan& workspace : plan.workspaces) {
    count += static_cast<std::size_t>(
        std::count_if(workspace.actions.begin(), workspace.actions.end(),
                      [&](const Action& action) { return kind_of(action) == kind; }));
  }
  return count;
}

}  // namespace cr::reconcile
