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

void FieldMemory::read_back(const WorkspaceId& workspace, Field field, OtherValue other,
                            async::SteadyTime now) {
  const auto found = entries_.find({workspace, field});
  if (found == entries_.end() || found->second.stage != Stage::written) return;
  Entry& entry = found->second;
  if (!other) return confirm(entry, now);
  entry.stage = Stage::overridden;
  entry.kept = *other;
  if (entry.overrides < 255) ++entry.overrides;
  entry.next_try = now + override_delay(entry.overrides);
  entry.at = now;
}

void FieldMemory::observed(const WorkspaceId& workspace, Field field, OtherValue other, std::uint64_t wish,
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
      return other ? count_round(entry, now) : confirm(entry, now);
    case Stage::confirmed:
      if (other) count_round(entry, now);
      return;
    case Stage::overridden:
      if (!other) return confirm(entry, now);
      if (*other != entry.kept) count_round(entry, now);
      return;
    case Stage::changed_back:
      if (!other) confirm(entry, now);
      return;
    case Stage::contested:
      return;
  }
}

void FieldMemory::confirm(Entry& entry, async::SteadyTime now) {
  entry.stage = Stage::confirmed;
  entry.overrides = 0;
  entry.at = now;
}

void FieldMemory::count_round(Entry& entry, async::SteadyTime now) {
  std::uint8_t kept = 0;
  for (std::uint8_t i = 0; i < entry.round_count; ++i) {
    if (now - entry.rounds[i] < kDay) entry.rounds[kept++] = entry.rounds[i];
  }
  entry.round_count = kept;
  entry.at = now;
  if (kept == entry.rounds.size()) {
    entry.stage = Stage::contested;
    return;
  }
  entry.stage = Stage::changed_back;
  entry.rounds[entry.round_count++] = now;
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

void FieldMemory::retain(const std::function<bool(const WorkspaceId&)>& declared) {
  std::erase_if(entries_, [&](const auto& item) { return !declared(item.first.first); });
}

std::size_t FieldMemory::contested_workspaces() const {
  std::set<WorkspaceId> workspaces;
  for (const auto& [key, entry] : entries_) {
    if (entry.stage == Stage::contested) workspaces.insert(key.first);
  }
  return workspaces.size();
}

}  // namespace cr::reconcile
