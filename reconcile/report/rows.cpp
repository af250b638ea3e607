#include "reconcile/report/rows.h"

#include <utility>

namespace cr::reconcile {
namespace {

bool same(const std::shared_ptr<const coder::ApiError>& a, const std::shared_ptr<const coder::ApiError>& b) {
  return a == b || (a && b && *a == *b);
}

}  // namespace

bool operator==(const WorkspaceStatus& a, const WorkspaceStatus& b) {
  return a.spec == b.spec && a.id == b.id && a.ready == b.ready && a.remarks == b.remarks &&
         a.forecast == b.forecast && a.drift == b.drift && same(a.last_error, b.last_error) &&
         a.next_try == b.next_try && a.known_since == b.known_since &&
         a.converged_after == b.converged_after && a.drift_repaired_after == b.drift_repaired_after;
}

void Rows::push_back(WorkspaceStatus row) {
  if (list_.use_count() != 1) list_ = std::make_shared<std::vector<Row>>(shared());
  list_->push_back(std::make_shared<WorkspaceStatus>(std::move(row)));
}

const std::vector<Rows::Row>& Rows::shared() const {
  static const std::vector<Row> kNone;
  return list_ ? *list_ : kNone;
}

}  // namespace cr::reconcile
