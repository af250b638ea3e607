#include "reconcile/feed/sweep.h"

#include <algorithm>
#include <span>

namespace cr::reconcile::feed {
namespace {

using std::chrono::milliseconds;

std::size_t divide_up(std::size_t count, std::size_t by) {
  return (count + by - 1) / by;
}

/// What of `count` falls into `part` of `whole`, rounded up.
std::size_t part_of(std::size_t count, milliseconds part, milliseconds whole) {
  const milliseconds::rep all = std::max<milliseconds::rep>(whole.count(), 1);
  const milliseconds::rep some = std::clamp<milliseconds::rep>(part.count(), 0, all);
  return divide_up(count * static_cast<std::size_t>(some), static_cast<std::size_t>(all));
}

/// Into so many requests' rows a fleet is split.
std::size_t slices_of(std::size_t resting, std::size_t batch) {
  return std::max(divide_up(resting, batch), std::size_t{1});
}

/// What of it the requests take that are full. All of it where there is none besides those called for.
std::size_t in_full_requests(std::size_t share, std::size_t called_for, std::size_t batch) {
  const std::size_t rows = (called_for + share) / batch * batch;
  return rows > called_for ? rows - called_for : share;
}

/// Read by the same cycle, and side by side.
struct Together {
  SteadyTime read;
  std::size_t count;
};

std::vector<Together> oldest_first(std::span<const Sweep::Resting> resting) {
  std::vector<Together> runs;
  for (const Sweep::Resting& one : resting) {
    if (runs.empty() || runs.back().read != one.last_read) runs.push_back({one.last_read, 0});
    ++runs.back().count;
  }
  std::ranges::sort(runs, {}, &Together::read);
  return runs;
}

/// So many now, or later cycles would have to read more than `most`. `too_old`: what was read before this is
/// read in any case, in the next cycle what was read before `interval` after it, and so on.
std::size_t needed(const std::vector<Together>& by_age, std::size_t most, SteadyTime too_old,
                   milliseconds interval) {
  std::size_t needed = 0;
  std::size_t rows = 0;
  for (const Together& run : by_age) {
    rows += run.count;
    if (run.read < too_old) {
      needed = rows;
      continue;
    }
    const std::size_t later = static_cast<std::size_t>((run.read - too_old) / interval + 1) * most;
    if (rows > later) needed = std::max(needed, std::min(rows - later, most));
  }
  return needed;
}

/// Of those that were read together, such as lie together.
std::vector<std::uint32_t> oldest(std::span<const Sweep::Resting> resting, std::size_t count,
                                  const std::vector<Together>& by_age) {
  SteadyTime latest = SteadyTime::min();
  std::size_t of_the_latest = 0;
  for (std::size_t left = count; const Together& run : by_age) {
    if (left == 0) break;
    if (run.read != latest) of_the_latest = 0;
    latest = run.read;
    of_the_latest += std::min(left, run.count);
    left -= std::min(left, run.count);
  }
  std::vector<std::uint32_t> indices;
  indices.reserve(count);
  for (const Sweep::Resting& one : resting) {
    const bool is_of_the_latest = one.last_read == latest && of_the_latest > 0;
    if (is_of_the_latest) --of_the_latest;
    if (is_of_the_latest || one.last_read < latest) indices.push_back(one.index);
  }
  return indices;
}

}  // namespace

milliseconds Sweep::longest_interval() const {
  // They vary by a tenth.
  return std::max(pace_.interval * 11 / 10, milliseconds(1));
}

milliseconds Sweep::turn() const {
  return std::max(pace_.sweep_interval - longest_interval(), milliseconds(1));
}

std::size_t Sweep::most_of(std::size_t resting, std::size_t called_for, milliseconds elapsed) const {
  const std::size_t share = part_of(resting + called_for, pace_.interval, pace_.sweep_interval);
  const std::size_t rows = divide_up(share, pace_.batch) * pace_.batch;
  const bool late = elapsed * 5 > pace_.interval * 6;
  return late ? std::max(rows, part_of(resting, elapsed, turn())) : rows;
}

std::vector<std::uint32_t> Sweep::pick(std::span<const Resting> resting, std::size_t called_for,
                                       SteadyTime now) {
  const milliseconds elapsed =
      last_pick_ ? std::chrono::ceil<milliseconds>(now - *last_pick_) : pace_.interval;
  ahead_ = std::max(ahead_ - elapsed, -turn());
  const std::size_t slices = slices_of(resting.size(), pace_.batch);
  const std::size_t due = divide_up(part_of(slices, -ahead_, turn()) * resting.size(), slices);
  const std::size_t most = most_of(resting.size(), called_for, elapsed);
  std::size_t share = std::min(due, most);
  if (called_for > 0) share = in_full_requests(share, called_for, pace_.batch);
  const std::vector<Together> by_age = oldest_first(resting);
  const SteadyTime too_old = now + pace_.interval - pace_.sweep_interval;
  share = std::max(share, needed(by_age, most, too_old, longest_interval()));
  take(share, resting.size(), now);
  return oldest(resting, share, by_age);
}

void Sweep::all_read(std::size_t count, SteadyTime now) {
  ahead_ = milliseconds(0);
  // The first slice of several has its turn at once, so that the last one has it in time.
  take(count <= pace_.batch ? count : 0, count, now);
}

void Sweep::take(std::size_t count, std::size_t resting, SteadyTime now) {
  last_pick_ = now;
  // Slices are of whole rows.
  const std::size_t slices = slices_of(resting, pace_.batch);
  const std::size_t in_a_turn = std::max(slices * divide_up(resting, slices), std::size_t{1});
  const milliseconds paid =
      turn() * static_cast<milliseconds::rep>(count) / static_cast<milliseconds::rep>(in_a_turn);
  // Ahead by one slice at most: what was read at once shall not become due at once again.
  ahead_ = std::min(ahead_ + paid, turn() / static_cast<milliseconds::rep>(slices));
}

bool Sweep::is_round_over(SteadyTime oldest, SteadyTime now) {
  if (!round_began_) round_began_ = now;
  if (oldest < *round_began_ || now - *round_began_ < pace_.sweep_interval) return false;
  round_began_ = now;
  return true;
}

}  // namespace cr::reconcile::feed
