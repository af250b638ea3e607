#include "daemon/commit/status_outbox.h"

#include <algorithm>
#include <utility>

namespace cr::daemon {

CommitStatusPtr StatusOutbox::add(CommitStatus status, async::SteadyTime now) {
  std::erase_if(waiting_, [&](const Waiting& one) { return one.status->revision == status.revision; });
  waiting_.push_back({std::make_shared<const CommitStatus>(std::move(status)), now});
  if (waiting_.size() <= kMost) return nullptr;
  CommitStatusPtr dropped = std::move(waiting_.front().status);
  waiting_.pop_front();
  return dropped;
}

std::deque<CommitStatusPtr> StatusOutbox::drop_old(async::SteadyTime now) {
  std::deque<CommitStatusPtr> dropped;
  while (waiting_.size() > 1 && now - waiting_.front().since > kOldest) {
    dropped.push_back(std::move(waiting_.front().status));
    waiting_.pop_front();
  }
  return dropped;
}

async::SteadyTime StatusOutbox::due_at(const Waiting& one) const {
  return std::max(not_before_, one.barred_until.value_or(async::SteadyTime::min()));
}

CommitStatusPtr StatusOutbox::due(async::SteadyTime now) const {
  const auto found = std::ranges::find_if(waiting_, [&](const Waiting& one) { return due_at(one) <= now; });
  return found == waiting_.end() ? nullptr : found->status;
}

std::optional<async::SteadyTime> StatusOutbox::next_due() const {
  std::optional<async::SteadyTime> next;
  for (const Waiting& one : waiting_) {
    if (!next || due_at(one) < *next) next = due_at(one);
  }
  return next;
}

void StatusOutbox::settle(const CommitStatusPtr& status) {
  std::erase_if(waiting_, [&](const Waiting& one) { return one.status == status; });
  failures_ = 0;
}

void StatusOutbox::postpone(async::SteadyTime now, std::optional<std::chrono::seconds> asked) {
  // Doubled each time; the bound is reached long before the shift could overflow.
  const auto doublings = std::min<std::size_t>(failures_++, 16);
  const std::chrono::seconds own = std::min(kFirstPause * (1U << doublings), kLongestPause);
  not_before_ = now + std::max(own, std::min(asked.value_or(own), kLongestAsked));
}

void StatusOutbox::bar(const CommitStatusPtr& status, async::SteadyTime now) {
  failures_ = 0;
  for (Waiting& one : waiting_) {
    if (one.status == status) one.barred_until = now + kLongestPause;
  }
}

void StatusOutbox::unbar() {
  for (Waiting& one : waiting_) one.barred_until.reset();
}

bool StatusOutbox::has_barred() const {
  return std::ranges::any_of(waiting_, [](const Waiting& one) { return one.barred_until.has_value(); });
}

}  // namespace cr::daemon
