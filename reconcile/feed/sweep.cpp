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

/// When the latest of the `count` that were read longest ago was read.
SteadyTime latest_of_oldest(std::span<const Sweep::Resting> resting, std::size_t count) {
  if (count == 0) return SteadyTime::min();
  std::vector<SteadyTime> times(resting.size());
  std::ranges::transform(resting, times.begin(), &Sweep::Resting::last_read);
  const auto last = times.begin() + static_cast<std::ptrdiff_t>(count - 1);
  std::ranges::nth_element(times, last);
  return *last;
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

std::vector<std::uint32_t> Sweep::pick(std::span<const Resting> resting, std::size_t called_for,
                                       SteadyTime now) {
  const milliseconds elapsed =
      last_pick_ ? std::chrono::ceil<milliseconds>(now - *last_pick_) : pace_.interval;
  std::size_t share = share_of(resting.size() + called_for, elapsed);
  if (share > 0) last_pick_ = now;
  share = std::min(share, resting.size());

  const SteadyTime latest = latest_of_oldest(resting, share);
  const auto is_earlier = [&](const Resting& one) { return one.last_read < latest; };
  // Of those that were read together, such as lie together.
  std::size_t of_the_latest = share - static_cast<std::size_t>(std::ranges::count_if(resting, is_earlier));
  std::vector<std::uint32_t> picked;
  picked.reserve(share);
  for (const Resting& one : resting) {
    bool is_due = is_earlier(one);
    if (one.last_read == latest && of_the_latest > 0) {
      is_due = true;
      --of_the_latest;
    }
    const bool too_old_soon = one.last_read + pace_.sweep_interval < now + pace_.interval;
    if (is_due || too_old_soon) picked.push_back(one.index);
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
