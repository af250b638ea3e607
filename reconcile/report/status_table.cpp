#include "reconcile/report/status_table.h"

#include <algorithm>
#include <compare>
#include <utility>

#include "reconcile/memory/fingerprint.h"

namespace cr::reconcile {
namespace {

/// The same declaration, though its file may have been read again or its lines have moved.
bool same_declaration(const specs::SpecPtr& a, const specs::SpecPtr& b) {
  return a == b || spec_fingerprint(*a) == spec_fingerprint(*b);
}

}  // namespace

void StatusTable::align(const std::vector<WorkspaceStatus>& rows) {
  const auto same = [](const Entry& entry, const WorkspaceStatus& row) {
    return specs::compare_identities(*entry.spec, *row.spec) == 0;
  };
  if (std::ranges::equal(entries_, rows, same)) return;
  std::vector<Entry> aligned;
  aligned.reserve(rows.size());
  auto old = entries_.begin();
  for (const WorkspaceStatus& row : rows) {
    auto order = std::strong_ordering::greater;
    while (old != entries_.end() && (order = specs::compare_identities(*old->spec, *row.spec)) < 0) ++old;
    const bool known = old != entries_.end() && order == 0;
    aligned.push_back(known ? std::move(*old++) : Entry());
  }
  entries_ = std::move(aligned);
}

void StatusTable::settle(std::vector<WorkspaceStatus>& rows, async::SteadyTime seen, async::SteadyTime now,
                         async::WallTime wall) {
  align(rows);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    WorkspaceStatus& row = rows[i];
    Entry& entry = entries_[i];
    if (entry.spec) {
      if (!same_declaration(entry.spec, row.spec)) entry.changed = seen;
      if (entry.reason != row.ready.reason) entry.since = wall;  // ready is a function of the reason
    } else {
      entry.since = wall;
      const bool was_so_before =
          !settled_once_ && row.ready.reason == Reason::InSync && !has_mendable(row.drift);
      if (!was_so_before) entry.changed = seen;
    }
    entry.spec = row.spec;
    entry.reason = row.ready.reason;
    row.ready.since = entry.since;

    row.converged_after.reset();
    if (row.ready.reason == Reason::InSync && entry.changed) {
      row.converged_after = now - *entry.changed;
      entry.changed.reset();
    }
    row.drift_repaired_after.reset();
    if (row.ready.reason == Reason::Suspended) {
      entry.drifted.reset();
    } else if (has_mendable(row.drift)) {
      if (!entry.drifted) entry.drifted = seen;
      // Repaired and seen to be so before the cycle ended.
      if (row.ready.reason == Reason::InSync) {
        row.drift_repaired_after = now - *entry.drifted;
        entry.drifted.reset();
      }
    } else if (entry.drifted && was_compared(row)) {
      row.drift_repaired_after = seen - *entry.drifted;
      entry.drifted.reset();
    }
  }
  settled_once_ = true;
}

}  // namespace cr::reconcile
