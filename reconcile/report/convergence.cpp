#include "reconcile/report/convergence.h"

#include <algorithm>

namespace cr::reconcile {

bool is_settled(Reason reason) {
  return reason == Reason::InSync || reason == Reason::Suspended;
}

bool is_wholly_converged(const CycleReport& report) {
  const bool good = report.result == CycleResult::in_sync || report.result == CycleResult::converged;
  return good && report.invalid_documents + report.duplicate_documents == 0 &&
         report.workspaces.counts().all(is_settled) &&
         std::ranges::all_of(report.sets, [](const sets::SetStatus& set) {
           return sets::ready_of(set.reason) == Ready::True;
         });
}

}  // namespace cr::reconcile
