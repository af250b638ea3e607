#include "daemon/loop/sync_trend.h"

#include <algorithm>

#include "reconcile/model/condition.h"

namespace cr::daemon {
namespace {

using reconcile::CycleReport;
using reconcile::Ready;
using reconcile::Reason;

SyncPoint point_of(const CycleReport& report) {
  SyncPoint point;
  point.begun = std::chrono::floor<SyncTrend::Stretch>(report.ended);
  if (report.result == reconcile::CycleResult::failed) return point;
  point.read = true;
  point.all = static_cast<std::uint32_t>(report.workspaces.size());
  const reconcile::RowCounts counts = report.workspaces.counts();
  for (const Reason reason : reconcile::all_reasons()) {
    const auto rows = static_cast<std::uint32_t>(counts.of(reason));
    const Ready ready = reconcile::ready_of(reason);
    if (ready == Ready::True) point.in_sync_least += rows;
    if (ready == Ready::False && reason != Reason::Suspended) point.drift_most += rows;
  }
  return point;
}

void merge(SyncPoint& into, const SyncPoint& point) {
  if (!point.read) return;
  into.in_sync_least = into.read ? std::min(into.in_sync_least, point.in_sync_least) : point.in_sync_least;
  into.all = std::max(into.all, point.all);
  into.drift_most = std::max(into.drift_most, point.drift_most);
  into.read = true;
}

}  // namespace

void SyncTrend::add(const CycleReport& report) {
  const SyncPoint point = point_of(report);
  if (!points_.empty() && point.begun <= points_.back().begun) {
    merge(points_.back(), point);
    return;
  }
  std::erase_if(points_, [&](const SyncPoint& old) { return old.begun <= point.begun - kSpan; });
  points_.push_back(point);
}

}  // namespace cr::daemon
