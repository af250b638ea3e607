#include "reconcile/feed/sweep.h"

#include <algorithm>

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

}  // namespace

std::size_t Sweep::share_of(std::size_t declared, milliseconds elapsed) const {
  const bool soon = elapsed * 2 < pace_.interval;
  if (soon) return 0;
  const std::size_t due =
      part_of(declared, std::max(elapsed, pace_.interval), pace_.sweep_interval - pace_.interval);
  // Intervals vary by a tenth, which the next ones make up for.
  const bool late = elapsed * 5 > pace_.interval * 6;
  if (late) return due;
  const std::size_t requests =
      divide_up(part_of(declared, pace_.interval, pace_.sweep_interval), pace_.batch);
  return std::min(due, requests * pace_.batch);
}

std::vector<std::uint32_t> Sweep::pick(std::vector<Resting> resting, std::size_t called_for, SteadyTime now) {
  const milliseconds elapsed =
      last_pick_ ? std::chrono::ceil<milliseconds>(now - *last_pick_) : pace_.interval;
  std::size_t share = share_of(resting.size() + called_for, elapsed);
  if (share > 0) last_pick_ = now;
  share = std::min(share, resting.size());

  const auto last_of_share = resting.begin() + static_cast<std::ptrdiff_t>(share);
  std::ranges::nth_element(resting, last_of_share, {}, &Resting::last_read);
  std::vector<std::uint32_t> picked;
  picked.reserve(share);
  for (std::size_t i = 0; i < resting.size(); ++i) {
    const bool too_old_soon = resting[i].last_read + pace_.sweep_interval < now + pace_.interval;
    if (i < share || too_old_soon) picked.push_back(resting[i].index);
  }
  return picked;
}

bool Sweep::is_round_over(SteadyTime oldest, SteadyTime now) {
  if (!round_began_) round_began_ = now;
  if (oldest < *round_began_ || now - *round_began_ < pace_.sweep_interval) return false;
  round_began_ = now;
  return true;
}

}  // namespace cr::reconcile::feed
