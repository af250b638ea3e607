#include "tests/standin/audit_log.h"

#include <algorithm>

namespace cr::standin {

void AuditLog::add(AuditRow row, Time now) {
  if (!writing_) return;
  if (to_lose_ > 0) {
    --to_lose_;
    return;
  }
  if (to_delay_ > 0) {
    --to_delay_;
    late_.push_back({std::move(row), now + delay_});
    return;
  }
  insert(std::move(row));
}

void AuditLog::publish(Time now) {
  const auto still_late = std::stable_partition(late_.begin(), late_.end(),
                                                [&](const Late& late) { return late.readable_from <= now; });
  for (auto late = late_.begin(); late != still_late; ++late) insert(std::move(late->row));
  late_.erase(late_.begin(), still_late);
}

void AuditLog::delay_next(std::size_t rows, std::chrono::microseconds by) {
  to_delay_ = rows;
  delay_ = by;
}

bool AuditLog::take_double() {
  if (to_double_ == 0) return false;
  --to_double_;
  return true;
}

void AuditLog::prune(std::size_t oldest) {
  const auto gone = static_cast<std::ptrdiff_t>(std::min(oldest, rows_.size()));
  rows_.erase(rows_.begin(), rows_.begin() + gone);
}

void AuditLog::restore_without(std::size_t newest) {
  const auto gone = static_cast<std::ptrdiff_t>(std::min(newest, rows_.size()));
  rows_.erase(rows_.end() - gone, rows_.end());
}

void AuditLog::insert(AuditRow row) {
  const auto place = std::upper_bound(rows_.begin(), rows_.end(), row.time,
                                      [](Time time, const AuditRow& other) { return time < other.time; });
  rows_.insert(place, std::move(row));
}

}  // namespace cr::standin
