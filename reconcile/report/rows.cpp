#include "reconcile/report/rows.h"

#include <utility>

namespace cr::reconcile {
namespace {

bool same(const std::shared_ptr<const coder::ApiError>& a, const std::shared_ptr<const coder::ApiError>& b) {
  return a == b || (a && b && *a == *b);
}

void add_one(std::vector<std::size_t>& counts, std::size_t place) {
  if (counts.size() <= place) counts.resize(place + 1);
  ++counts[place];
}

std::size_t count_at(const std::vector<std::size_t>& counts, std::size_t place) {
  return place < counts.size() ? counts[place] : 0;
}

}  // namespace

bool operator==(const WorkspaceStatus& a, const WorkspaceStatus& b) {
  return a.spec == b.spec && a.id == b.id && a.ready == b.ready && a.remarks == b.remarks &&
         a.forecast == b.forecast && a.drift == b.drift && same(a.last_error, b.last_error) &&
         a.next_try == b.next_try && a.known_since == b.known_since &&
         a.converged_after == b.converged_after && a.drift_repaired_after == b.drift_repaired_after;
}

void RowCounts::add(const WorkspaceStatus& row) {
  add_one(by_reason_, static_cast<std::size_t>(row.ready.reason));
  if (row.ready.reason == Reason::Suspended) return;
  for (const Change& change : row.drift) add_one(drifted_, change.field.place());
}

std::size_t RowCounts::of(Reason reason) const {
  return count_at(by_reason_, static_cast<std::size_t>(reason));
}

std::size_t RowCounts::drifted(Field field) const {
  return count_at(drifted_, field.place());
}

Rows::Rows(std::vector<Row> rows) {
  if (rows.empty()) return;
  list_ = std::make_shared<List>();
  list_->rows = std::move(rows);
}

void Rows::push_back(WorkspaceStatus row) {
  std::vector<Row> rows;
  if (list_.use_count() == 1)
    rows = std::move(list_->rows);
  else
    rows = shared();
  rows.push_back(std::make_shared<WorkspaceStatus>(std::move(row)));
  *this = Rows(std::move(rows));
}

const std::vector<Rows::Row>& Rows::shared() const {
  static const std::vector<Row> kNone;
  return list_ ? list_->rows : kNone;
}

Rows Rows::counted(std::vector<Row> rows) {
  Rows all(std::move(rows));
  if (all.list_) all.list_->counts = all.counts();
  return all;
}

RowCounts Rows::counts() const {
  if (list_ && list_->counts) return *list_->counts;
  RowCounts counts;
  for (const Row& row : shared()) counts.add(*row);
  return counts;
}

}  // namespace cr::reconcile
