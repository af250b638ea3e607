#include "reconcile/execute/turns.h"

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

void Turns::served(const Plan& plan, std::span<const Identity> passed_over) {
  ++executions_;
  for (const WorkspacePlan& workspace : plan.workspaces) {
    if (std::binary_search(passed_over.begin(), passed_over.end(), workspace.workspace)) {
      waiting_since_.try_emplace(workspace.workspace, executions_);
    } else {
      waiting_since_.erase(workspace.workspace);
    }
  }
}

void Turns::retain(const std::function<bool(const Identity&)>& declared) {
  std::erase_if(waiting_since_, [&](const auto& entry) { return !declared(entry.first); });
}

}  // namespace cr::reconcile
