#include "reconcile/status/backoff.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace cr::reconcile {
namespace {

using namespace std::chrono_literals;

struct Growth {
  std::chrono::nanoseconds first;
  std::chrono::nanoseconds longest;
};
constexpr Growth kUntilTimeCures{5s, 1min};
constexpr Growth kUntilChangeCures{30s, 1h};
constexpr Growth kWithinACycle{1s, 10s};

std::chrono::nanoseconds delay(Growth growth, std::uint32_t failures, double jitter,
                               std::optional<std::chrono::seconds> at_least) {
  const std::uint32_t doublings = std::min(failures == 0 ? 0U : failures - 1, 16U);  // above any cap
  const auto base = std::min(growth.first * (std::int64_t{1} << doublings), growth.longest);
  const auto spread = std::chrono::nanoseconds(static_cast<std::int64_t>(
      static_cast<double>(base.count()) * (0.9 + 0.2 * std::clamp(jitter, 0.0, 1.0))));
  const auto chosen = std::min(spread, growth.longest);
  return at_least ? std::max<std::chrono::nanoseconds>(chosen, *at_least) : chosen;
}

}  // namespace

Cure cure_of(const coder::ApiError& error) {
  using coder::ApiFault;
  switch (error.fault) {
    case ApiFault::unreachable:
    case ApiFault::timeout:
    case ApiFault::throttled:
    case ApiFault::server:
    case ApiFault::not_ready:
    case ApiFault::unauthorized:  // the next token, which is everybody's
    case ApiFault::contract:
      return Cure::time;
    case ApiFault::forbidden:
    case ApiFault::not_found:
    case ApiFault::gone:
    case ApiFault::conflict:
    case ApiFault::rejected:
      return Cure::change;
  }
  return Cure::change;
}

std::chrono::nanoseconds backoff_delay(Cure cure, std::uint32_t failures, double jitter,
                                       std::optional<std::chrono::seconds> at_least) {
  return delay(cure == Cure::time ? kUntilTimeCures : kUntilChangeCures, failures, jitter, at_least);
}

std::chrono::nanoseconds repeat_delay(std::uint32_t tries, double jitter,
                                      std::optional<std::chrono::seconds> at_least) {
  return delay(kWithinACycle, tries, jitter, at_least);
}

double jitter_of(const specs::Identity& workspace, std::uint32_t failures) {
  const std::size_t hash = std::hash<std::string>{}(workspace.to_string() + '#' + std::to_string(failures));
  return static_cast<double>(hash % 1024) / 1024;
}

void BackoffTable::failed(const specs::Identity& workspace, Fingerprints under, Reason reason,
                          coder::ApiError error, async::SteadyTime now, double jitter) {
  Backoff& entry = entries_[workspace];
  const Cure cure = cure_of(error);
  if (!(entry.under == under) || cure_of(entry.error) != cure) entry.failures = 0;
  entry.under = under;
  ++entry.failures;
  entry.next_try = now + std::chrono::duration_cast<async::SteadyTime::duration>(
                             backoff_delay(cure, entry.failures, jitter, error.retry_after));
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
