#include "reconcile/feed/log_walk.h"

#include <algorithm>
#include <tuple>

namespace cr::reconcile::feed {
namespace {

constexpr std::size_t kLimits[] = {1, 5, 25, LogWalk::kFullPage};

std::size_t limit_after(std::size_t limit) {
  const auto* next = std::ranges::upper_bound(kLimits, limit);
  return next == std::end(kLimits) ? LogWalk::kFullPage : *next;
}

}  // namespace

AuditQuery LogWalk::begin(AuditTime coder_now) {
  progress_ = {};
  AuditQuery& asked = progress_.asked;
  asked.since = std::chrono::floor<std::chrono::days>((position_ ? position_->at : coder_now) - kLateness);
  // Where late rows may stand below the newest one, that one alone tells nothing.
  const bool settled = !position_ || bottom_ == position_->at;
  asked.limit = settled ? kLimits[0] : kLimits[1];
  return asked;
}

void LogWalk::read(const AuditPage& page) {
  if (!progress_.asked_at) progress_.asked_at = page.asked_at;
  for (const AuditRow& row : page.rows) {
    if (progress_.newest.id.is_nil() || row.at > progress_.newest.at) progress_.newest = {row.id, row.at};
    // Rows that come while we page push others over the border between two pages.
    if (!progress_.ids.insert(row.id).second) continue;
    if (!position_) continue;
    progress_.found |= row.id == position_->id;
    progress_.covered |= row.at <= bottom_;
    progress_.beyond |= row.at < position_->at - kLateness;
    if (row.at >= bottom_ && row.id != position_->id && !told_.contains({row.at, row.id}))
      progress_.rows.push_back(row);
  }
}

LogWalk::Step LogWalk::take(const AuditPage& page) {
  read(page);
  if (!position_) return finish(Look::Kind::first);
  const bool at_the_end = page.rows.size() < progress_.asked.limit;
  const bool was_empty = position_->id.is_nil();
  if ((progress_.found || was_empty) && (progress_.covered || at_the_end)) return finish(Look::Kind::whole);
  if (at_the_end || (progress_.beyond && !was_empty)) return finish(Look::Kind::gap);
  if (progress_.asked.limit == kFullPage && ++progress_.full_pages == kMostPages) {
    // So many rows in the last minute that not all of it is looked at once more.
    return finish(progress_.found ? Look::Kind::whole : Look::Kind::gap);
  }
  progress_.asked.offset += progress_.asked.limit;
  progress_.asked.limit = limit_after(progress_.asked.limit);
  return progress_.asked;
}

Look LogWalk::finish(Look::Kind kind) {
  const AuditTime began = *progress_.asked_at;
  const Position& newest = progress_.newest;
  // Where nothing is, everything that comes is new.
  position_ = newest.id.is_nil() ? Position{newest.id, began - kLateness} : newest;
  // A Coder whose answers bear no time, or another one than its rows, is looked at a minute deeper each time.
  bottom_ = kind == Look::Kind::whole
                ? std::clamp(began - kLateness, position_->at - kLateness, position_->at)
                : position_->at;
  if (kind != Look::Kind::whole) told_.clear();
  if (!newest.id.is_nil()) told_.emplace(newest.at, newest.id);
  for (const AuditRow& row : progress_.rows) told_.emplace(row.at, row.id);
  told_.erase(told_.begin(), told_.lower_bound({bottom_, AuditRowId()}));
  Look look{kind, std::move(progress_.rows)};
  std::ranges::sort(look.rows, {}, [](const AuditRow& row) { return std::tie(row.at, row.id); });
  progress_ = {};
  return look;
}

void LogWalk::forget() {
  *this = {};
}

}  // namespace cr::reconcile::feed
