#include "reconcile/feed/sweep.h"

#include <algorithm>

namespace cr::reconcile::feed {
namespace {

std::size_t round_up(std::size_t count, std::size_t unit) {
  return (count + unit - 1) / unit * unit;
}

}  // namespace

std::vector<std::uint32_t> Sweep::pick(std::vector<Resting> resting, std::size_t called_for, SteadyTime now) {
  using std::chrono::milliseconds;
  const auto elapsed = last_pick_ ? std::chrono::ceil<milliseconds>(now - *last_pick_) : pace_.interval;
  std::size_t share = 0;
  if (elapsed * 2 >= pace_.interval) {
    last_pick_ = now;
    const std::size_t declared = resting.size() + called_for;
    const auto period = static_cast<std::size_t>(std::max<std::int64_t>(pace_.sweep_interval.count(), 1));
    const auto passed =
        static_cast<std::size_t>(std::clamp(elapsed, milliseconds(0), pace_.sweep_interval).count());
    const std::size_t due = (declared * passed + period - 1) / period;
    share = round_up(called_for + due, kBatch) - called_for;
  }
  std::ranges::sort(resting, {}, &Resting::last_read);
  std::vector<std::uint32_t> picked;
  for (const Resting& one : resting) {
    const bool too_old_soon = one.last_read + pace_.sweep_interval < now + pace_.interval;
    if (picked.size() >= share && !too_old_soon) break;
    picked.push_back(one.index);
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
