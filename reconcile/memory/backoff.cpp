#include "reconcile/memory/backoff.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "reconcile/coder/fault.h"

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

const Backoff* BackoffTable::waiting(const WorkspaceFacts& read, async::SteadyTime now) const {
  const Backoff* entry = find(*read.identity);
  if (!entry || !(entry->under == fingerprints_of(read))) return nullptr;
  return now < entry->next_try ? entry : nullptr;
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

void BackoffTable::observe(const CycleFacts& cycle) {
  std::erase_if(entries_, [&](const auto& entry) {
    const WorkspaceFacts* one = cycle.find(entry.first);
    if (!one) return !cycle.is_declared(entry.first);
    // What was not compared tells of no change.
    return one->diff && !(entry.second.under == fingerprints_of(*one));
  });
  for (const WorkspaceFacts& one : cycle.workspaces) {
    if (!one.acted()) continue;
    const auto bad = std::ranges::find_if(
        one.done->outcomes, [](const Outcome& outcome) { return outcome.result == ActionResult::failed; });
    if (bad == one.done->outcomes.end()) {
      if (one.any(ActionResult::success)) entries_.erase(*one.identity);
    } else if (bad->error && bad->error->fault != coder::ApiFault::unauthorized) {
      failed(one, *bad->error, cycle.ended);
    }
  }
}

void BackoffTable::failed(const WorkspaceFacts& one, const coder::ApiError& error, async::SteadyTime now) {
  Backoff& entry = entries_[*one.identity];
  const Fingerprints under = fingerprints_of(one);
  const Cure cure = coder::traits_of(error.fault).cure;
  const double jitter = jitter_of(*one.identity, entry.failures);
  if (!(entry.under == under) || coder::traits_of(entry.error.fault).cure != cure) entry.failures = 0;
  entry.under = under;
  ++entry.failures;
  entry.next_try = now + std::chrono::duration_cast<async::SteadyTime::duration>(
                             backoff_delay(cure, entry.failures, jitter, error.retry_after));
  entry.reason = coder::reason_of_write_failure(error);
  entry.error = error;
}

}  // namespace cr::reconcile
