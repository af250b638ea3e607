#include "reconcile/feed/own_writes.h"

#include "reconcile/feed/log_walk.h"

namespace cr::reconcile::feed {

void OwnWrites::add(const OwnWrite& write, SteadyTime now) {
  if (write.request_id.empty() || !write.user) return;
  if (!writes_.try_emplace(write.request_id, Write{*write.user, now}).second) return;
  order_.push_back(write.request_id);
  if (order_.size() <= kMost) return;
  writes_.erase(order_.front());
  order_.pop_front();
}

bool OwnWrites::take(const AuditRow& row) {
  const auto found = writes_.find(row.request_id);
  if (found == writes_.end() || row.user != found->second.user) return false;
  found->second.awaited = false;
  return true;
}

std::size_t OwnWrites::overdue(SteadyTime look) {
  std::size_t count = 0;
  for (auto& [id, write] : writes_) {
    if (!write.awaited || look - write.at < kLateness) continue;
    write.awaited = false;
    ++count;
  }
  return count;
}

void OwnWrites::expect_none() {
  for (auto& [id, write] : writes_) write.awaited = false;
}

}  // namespace cr::reconcile::feed
