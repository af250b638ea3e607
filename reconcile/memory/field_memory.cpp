#include "reconcile/memory/field_memory.h"

#include <algorithm>
#include <chrono>
#include <iterator>

#include "reconcile/fields/managed_field.h"
#include "reconcile/memory/fingerprint.h"

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

OtherValue other_value(const WorkspaceDiff& diff, Field field) {
  const Change* change = diff.find(field);
  return change ? OtherValue(value_fingerprint(change->from)) : std::nullopt;
}

/// A value that we do not know confirms nothing and contradicts nothing.
bool is_told(const WorkspaceDiff& diff, Field field) {
  return !diff.blocked && !diff.unreadable.has(field);
}

enum class Fate { goes_on, over };

Fate after_read(FieldStory& story, Field field, const WorkspaceFacts& one, async::SteadyTime now) {
  // What is not kept as declared is nobody's to contest.
  const auto* declared = one.spec->fields.entry(entry_of(field).key);
  if (!declared || declared->mode != specs::FieldMode::enforce) return Fate::over;
  if (!one.live || !one.diff || !is_told(*one.diff, field)) return Fate::goes_on;
  const bool same_wish = story.read(other_value(*one.diff, field), wish_fingerprint(*one.spec, field), now,
                                    entry_of(field).moves);
  return same_wish ? Fate::goes_on : Fate::over;
}

void add(FieldVerdict& verdict, Field field, const FieldStory& story, async::SteadyTime now) {
  if (story.contested()) verdict.contested.add(field);
  if (!story.overridden()) return;
  verdict.overridden.add(field);
  if (now >= story.next_try()) return;
  verdict.overridden_waiting.add(field);
  verdict.next_try = std::min(verdict.next_try.value_or(story.next_try()), story.next_try());
}

}  // namespace

void FieldStory::wrote(std::uint64_t wish, async::SteadyTime now) {
  if (wish_ != wish) *this = FieldStory();
  wish_ = wish;
  stage_ = Stage::written;
  at_ = now;
}

void FieldStory::contest(std::uint64_t wish, async::SteadyTime now) {
  wrote(wish, now);
  stage_ = Stage::contested;
}

void FieldStory::read_back(OtherValue other, async::SteadyTime now) {
  if (stage_ != Stage::written) return;
  if (!other) return confirm(now);
  stage_ = Stage::overridden;
  kept_ = *other;
  if (overrides_ < 255) ++overrides_;
  next_try_ = now + override_delay(overrides_);
  at_ = now;
}

bool FieldStory::read(OtherValue other, std::uint64_t wish, async::SteadyTime now, bool moves) {
  if (wish_ != wish) return false;
  switch (stage_) {
    case Stage::written:
      other ? count_round(now, moves) : confirm(now);
      break;
    case Stage::confirmed:
      if (other) count_round(now, moves);
      break;
    case Stage::overridden:
      if (!other) {
        confirm(now);
      } else if (*other != kept_) {
        count_round(now, moves);
      }
      break;
    case Stage::changed_back:
      if (!other) confirm(now);
      break;
    case Stage::contested:
      break;
  }
  return true;
}

bool FieldStory::is_old(async::SteadyTime now) const {
  return stage_ != Stage::contested && now - at_ >= kDay;
}

void FieldStory::confirm(async::SteadyTime now) {
  stage_ = Stage::confirmed;
  overrides_ = 0;
  at_ = now;
}

void FieldStory::count_round(async::SteadyTime now, bool moves) {
  if (moves) {
    stage_ = Stage::changed_back;
    at_ = now;
    return;
  }
  std::uint8_t kept = 0;
  for (std::uint8_t i = 0; i < round_count_; ++i) {
    if (now - rounds_[i] < kDay) rounds_[kept++] = rounds_[i];
  }
  round_count_ = kept;
  at_ = now;
  if (kept == rounds_.size()) {
    stage_ = Stage::contested;
    return;
  }
  stage_ = Stage::changed_back;
  rounds_[round_count_++] = now;
}

FieldVerdict FieldMemory::verdict(const WorkspaceFacts& read, async::SteadyTime now) const {
  FieldVerdict verdict;
  if (!read.live) return verdict;
  const WorkspaceId& workspace = read.live->id;
  for (auto next = stories_.lower_bound({workspace, Field{}});
       next != stories_.end() && next->first.first == workspace; ++next) {
    FieldStory story = next->second;
    if (after_read(story, next->first.second, read, now) == Fate::goes_on)
      add(verdict, next->first.second, story, now);
  }
  return verdict;
}

FieldVerdict FieldMemory::verdict(const WorkspaceId& workspace, async::SteadyTime now) const {
  FieldVerdict verdict;
  for (auto next = stories_.lower_bound({workspace, Field{}});
       next != stories_.end() && next->first.first == workspace; ++next) {
    add(verdict, next->first.second, next->second, now);
  }
  return verdict;
}

FieldSet FieldMemory::taken(const specs::WorkspaceSpec& spec, const LiveWorkspace& row,
                            async::SteadyTime now) const {
  FieldSet taken;
  for (auto next = taken_.lower_bound({row.id, Field{}}); next != taken_.end() && next->first.first == row.id;
       ++next) {
    const Field field = next->first.second;
    if (row.dormant && !next->second.asleep) continue;
    if (now < next->second.until && wish_fingerprint(spec, field) == next->second.wish) taken.add(field);
  }
  return taken;
}

void FieldMemory::know_contested(const WorkspaceId& workspace, Field field, std::uint64_t wish,
                                 async::SteadyTime now) {
  stories_[{workspace, field}].contest(wish, now);
}

void FieldMemory::observe(const CycleFacts& cycle) {
  std::erase_if(taken_, [&](const auto& one) { return cycle.begun >= one.second.until; });
  if (!stories_.empty()) {
    std::map<WorkspaceId, const WorkspaceFacts*> declared;  // of those that have a story
    for (const WorkspaceFacts& one : cycle.workspaces) {
      // By id, since whoever is gone and made anew under his old name is somebody else.
      if (one.id.is_nil() || one.done->id_lost) continue;
      const auto story = stories_.lower_bound({one.id, Field{}});
      if (story != stories_.end() && story->first.first == one.id) declared.emplace(one.id, &one);
    }
    for (auto next = stories_.begin(); next != stories_.end();) {
      auto& [key, story] = *next;
      const auto found = declared.find(key.first);
      const bool goes_on = found == declared.end()
                               ? cycle.some_rest() && !std::ranges::binary_search(cycle.undeclared, key.first)
                               : after_read(story, key.second, *found->second, cycle.begun) == Fate::goes_on;
      const bool over = !goes_on || story.is_old(cycle.begun);
      next = over ? stories_.erase(next) : std::next(next);
    }
  }
  for (const WorkspaceFacts& one : cycle.workspaces) {
    if (one.acted()) take_writes(one, cycle.ended);
  }
}

void FieldMemory::take_writes(const WorkspaceFacts& one, async::SteadyTime now) {
  for (const Outcome& outcome : one.done->outcomes) {
    const WriteField* write = field_write_of(outcome.action);
    if (!write || outcome.result != ActionResult::success || one.done->id_lost) continue;
    const Field field = write->change.field;
    if (const auto good_for = entry_of(field).taken_for; good_for.count() > 0) {
      taken_[{write->id, field}] =
          Taken{now + good_for, one.live && one.live->dormant, wish_fingerprint(*one.spec, field)};
      continue;
    }
    FieldStory& story = stories_[{write->id, field}];
    story.wrote(wish_fingerprint(*one.spec, field), now);
    if (one.done->proven && is_told(*one.done->seen_diff, field))
      story.read_back(other_value(*one.done->seen_diff, field), now);
  }
}

}  // namespace cr::reconcile
