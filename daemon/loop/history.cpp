#include "daemon/loop/history.h"

#include <utility>

namespace cr::daemon {
namespace {

bool uneventful(const CycleRecord& record) {
  return record.succeeded + record.failed + record.skipped == 0;
}

/// Came to the same: nothing but the time differs.
bool came_to_the_same(const CycleRecord& a, const CycleRecord& b) {
  return a.result == b.result && a.held == b.held && a.failure == b.failure;
}

}  // namespace

CycleRecord record_of(const reconcile::CycleReport& report) {
  CycleRecord record;
  record.result = report.result;
  record.started = record.first_started = report.started;
  record.ended = report.ended;
  record.duration = report.duration;
  for (const reconcile::Outcome& outcome : report.outcomes) {
    switch (outcome.result) {
      case reconcile::ActionResult::success:
        ++record.succeeded;
        break;
      case reconcile::ActionResult::failed:
        ++record.failed;
        break;
      case reconcile::ActionResult::skipped:
        ++record.skipped;
        break;
    }
  }
  if (report.verdict.held) record.held = report.verdict.changes;
  if (report.result == reconcile::CycleResult::failed)
    record.failure = report.failure ? report.failure->to_string() : report.internal_error;
  return record;
}

void CycleHistory::add(const reconcile::CycleReport& report) {
  CycleRecord record = record_of(report);
  if (!records_.empty() && uneventful(record) && uneventful(records_.front()) &&
      came_to_the_same(record, records_.front())) {
    record.first_started = records_.front().first_started;
    record.cycles = records_.front().cycles + 1;
    records_.front() = std::move(record);
    return;
  }
  records_.push_front(std::move(record));
  if (records_.size() > kMost) records_.pop_back();
}

}  // namespace cr::daemon
