#include "reconcile/status/backoff.h"

#include <algorithm>
#include <utility>

namespace cr::reconcile {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::nanoseconds kFirstWait = 30s;
constexpr std::chrono::nanoseconds kLongestWait = 1h;

}  // namespace

std::chrono::nanoseconds backoff_delay(std::uint32_t failures, double jitter,
                                       std::optional<std::chrono::seconds> at_least) {
  const std::uint32_t doublings =
      std::min(failures == 0 ? 0U : failures - 1, 16U);  // 30 s · 2^16 is above any cap
  const auto base = std::min(kFirstWait * (std::int64_t{1} << doublings), kLongestWait);
  const auto spread = std::chrono::nanoseconds(static_cast<std::int64_t>(
      static_cast<double>(base.count()) * (0.9 + 0.2 * std::clamp(jitter, 0.0, 1.0))));
  const auto delay = std::min(spread, kLongestWait);
  return at_least ? std::max<std::chrono::nanoseconds>(delay, *at_least) : delay;
}

void BackoffTable::failed(const specs::Identity& workspace, Fingerprints under, Reason reason,
                          coder::ApiError error, async::SteadyTime now, double jitter) {
  Backoff& entry = entries_[workspace];
  if (!(entry.under == under)) entry.failures = 0;
  entry.under = under;
  ++entry.failures;
  entry.next_try = now + std::chrono::duration_cast<async::SteadyTime::duration>(
                             backoff_delay(entry.failures, jitter, error.retry_after));
  entry.reason = reason;
  entry.error = std::move(error);
}

void BackoffTable::succeeded(const specs::Identity& workspace) {
  entries_.erase(workspace);
}

const Backoff* BackoffTable::waiting(const specs::Identity& workspace, Fingerprints present,
                                     async::SteadyTime now) {
  const auto found = entries_.find(workspace);
  if (found == entries_.end()) return nullptr;
  if (!(found->second.under == present)) {
    entries_.erase(found);
    return nullptr;
  }
  return now < found->second.next_try ? &found->second : nullptr;
}

const Backoff* BackoffTable::find(const specs::Identity& workspace) const {
  const auto found = entries_.find(workspace);
  return found == entries_.end() ? nullptr : &found->second;
}

std::optional<async::SteadyTime> BackoffTable::next_due(async::SteadyTime now) const {
  std::optional<async::SteadyTime> earliest;
  for (const auto& [workspace, entry] : entries_) {
    if (entry.next_try > now && (!earliest || entry.next_try < *earliest)) earliest = entry.next_try;
  }
  return earliest;
}

void BackoffTable::retain(const std::function<bool(const specs::Identity&)>& declared) {
  std::erase_if(entries_, [&](const auto& entry) { return !declared(entry.first); });
}

}  // namespace cr::reconcile
