#include "reconcile/memory/turns.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace cr::reconcile {

std::vector<std::size_t> Turns::order(const Plan& plan) const {
  constexpr std::uint64_t kNotWaiting = std::numeric_limits<std::uint64_t>::max();
  std::vector<std::uint64_t> since;
  since.reserve(plan.workspaces.size());
  for (const WorkspacePlan& workspace : plan.workspaces) {
    const auto found = waiting_since_.find(workspace.workspace);
    since.push_back(found == waiting_since_.end() ? kNotWaiting : found->second);
  }
  std::vector<std::size_t> order(plan.workspaces.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return since[a] < since[b]; });
  return order;
}

void Turns::observe(const CycleFacts& cycle) {
  ++cycles_;
  std::erase_if(waiting_since_, [&](const auto& entry) { return !cycle.is_declared(entry.first); });
  for (const WorkspaceFacts& one : cycle.workspaces) {
    if (one.done->passed_over) {
      waiting_since_.try_emplace(*one.identity, cycles_);
    } else if (one.acted()) {
      waiting_since_.erase(*one.identity);
    }
  }
}

}  // namespace cr::reconcile
