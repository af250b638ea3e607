#include "reconcile/read/page_walk.h"

#include <algorithm>

namespace cr::reconcile {
namespace {

// Two million rows: what has more pages counts wrong.
constexpr std::uint64_t kMostPages = 4'000;

}  // namespace

PageWalk::Step PageWalk::record(const ReadPage& query, std::span<const LiveWorkspace> rows,
                                std::uint64_t count) {
  ++pages_answered_;
  Step step;
  step.of_this_pass = !is_of_past_pass(query);
  if (!step.of_this_pass) return step;
  for (const LiveWorkspace& row : rows) {
    if (ids_.insert(row.id).second) ++step.fresh_rows;
  }
  if (!progress_.count) progress_.count = count;
  pass_contradicts_itself_ = pass_contradicts_itself_ || *progress_.count != count;
  progress_.next_offset = std::max(progress_.next_offset, query.offset + query.limit);
  rows_answered_ += query.limit;
  // Behind a page that is not full, or that shows again what others have shown, there is no other, whatever
  // the count says: it counts what this token may not see, or it is wrong.
  const bool too_short = rows.size() < query.limit && query.offset + rows.size() < *progress_.count;
  const bool repeated = !rows.empty() && step.fresh_rows == 0;
  const bool too_many = pages_answered_ >= kMostPages;
  step.tells_fleet = !too_short;
  if (too_short || repeated || too_many || rows_answered_ >= *progress_.count) end_of_pass(step);
  return step;
}

void PageWalk::end_of_pass(Step& step) {
  step.pass_ended = true;
  step.whole = !pass_contradicts_itself_ && ids_.size() == *progress_.count;
  if (!step.whole) ++progress_.torn_passes;
  progress_.over = step.whole || progress_.torn_passes >= most_torn_ || pages_answered_ >= kMostPages;
  progress_.count.reset();
  progress_.next_offset = 0;
  ids_ = {};
  rows_answered_ = 0;
  pass_contradicts_itself_ = false;
}

}  // namespace cr::reconcile
