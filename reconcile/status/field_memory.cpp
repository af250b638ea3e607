#include "reconcile/status/field_memory.h"

#include <algorithm>
#include <optional>
#include <set>

namespace cr::reconcile {
namespace {

using namespace std::chrono_literals;

constexpr auto kDay = std::chrono::hours{24};
constexpr std::chrono::minutes kFirstRetry = 1min;
constexpr std::chrono::minutes kLongestRetry = 1h;

std::chrono::minutes override_delay(std::uint8_t overrides) {
  const int doublings = std::min(std::max(int{overrides} - 1, 0), 6);
  return std::min<std::chrono::minutes>(kFirstRetry * (1 << doublings), kLongestRetry);
}

}  // namespace

void FieldMemory::wrote(const WorkspaceId& workspace, Field field, std::uint64_t wish,
                        async::SteadyTime now) {
  Entry& entry = entries_[{workspace, field}];
  if (entry.wish != wish) entry = Entry{};
  entry.wish = wish;
  entry.stage = Stage::written;
  entry.at = now;
}

void FieldMemory::observed(const WorkspaceId& workspace, Field field, bool as_declared, std::uint64_t wish,
                           async::SteadyTime now) {
  const auto found = entries_.find({workspace, field});
  if (found == entries_.end()) return;
  Entry& entry = found->second;
  if (entry.wish != wish) {
    // Another wish is another story, contested or not.
    entries_.erase(found);
    return;
  }
  switch (entry.stage) {
    case Stage::written:
      if (as_declared) {
        entry.stage = Stage::confirmed;
        entry.overrides = 0;
      } else {
        entry.stage = Stage::overridden;
        if (entry.overrides < 255) ++entry.overrides;
        entry.next_try = now + override_delay(entry.overrides);
      }
      entry.at = now;
      return;
    case Stage::confirmed:
      if (as_declared) return;
      entry.stage = count_round(entry, now) ? Stage::contested : Stage::changed_back;
      entry.at = now;
      return;
    case Stage::overridden:
    case Stage::changed_back:
      if (!as_declared) return;
      entry.stage = Stage::confirmed;
      entry.overrides = 0;
      entry.at = now;
      return;
    case Stage::contested:
      return;
  }
}

bool FieldMemory::count_round(Entry& entry, async::SteadyTime now) {
  std::uint8_t kept = 0;
  for (std::uint8_t i = 0; i < entry.round_count; ++i) {
    if (now - entry.rounds[i] < kDay) entry.rounds[kept++] = entry.rounds[i];
  }
  entry.round_count = kept;
  if (kept == entry.rounds.size()) return true;
  entry.rounds[entry.round_count++] = now;
  return false;
}

FieldVerdict FieldMemory::verdict(const WorkspaceId& workspace, async::SteadyTime now) const {
  FieldVerdict verdict;
  for (auto it = entries_.lower_bound({workspace, Field::missing});
       it != entries_.end() && it->first.first == workspace; ++it) {
    const Field field = it->first.second;
    const Entry& entry = it->second;
    if (entry.stage == Stage::contested) verdict.contested.add(field);
    if (entry.stage != Stage::overridden) continue;
    verdict.overridden.add(field);
    if (now >= entry.next_try) continue;
    verdict.overridden_waiting.add(field);
    if (!verdict.next_try || entry.next_try < *verdict.next_try) verdict.next_try = entry.next_try;
  }
  return verdict;
}

bool FieldMemory::knows(const WorkspaceId& workspace) const {
  const auto it = entries_.lower_bound({workspace, Field::missing});
  return it != entries_.end() && it->first.first == workspace;
}

void FieldMemory::prune(async::SteadyTime now) {
  std::erase_if(entries_, [&](const auto& item) {
    const Entry& entry = item.second;
    return entry.stage != Stage::contested && now - entry.at >= kDay;
  });
}

void FieldMemory::forget(const WorkspaceId& workspace) {
  const auto first = entries_.lower_bound({workspace, Field::missing});
  auto last = first;
  while (last != entries_.end() && last->first.first == workspace) ++last;
  entries_.erase(first, last);
}

std::size_t FieldMemory::contested_workspaces() const {
  std::set<WorkspaceId> workspaces;
  for (const auto& [key, entry] : entries_) {
    if (entry.stage == Stage::contested) workspaces.insert(key.first);
  }
  return workspaces.size();
}

}  // namespace cr::reconcile
