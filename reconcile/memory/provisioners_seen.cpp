#include "reconcile/memory/provisioners_seen.h"

#include <algorithm>
#include <chrono>

namespace cr::reconcile {
namespace {

// A week's starts have come and gone by then.
constexpr std::chrono::days kKept{7};

}  // namespace

std::optional<ProvisionerSight> ProvisionersSeen::most() const {
  const auto most = std::ranges::max_element(last_, {}, [](const auto& entry) { return entry.second.count; });
  return most == last_.end() ? std::nullopt : std::optional(most->second);
}

void ProvisionersSeen::observe(const CycleFacts& cycle) {
  std::erase_if(last_, [&](const auto& entry) { return cycle.begun_wall - entry.second.at > kKept; });
  for (const WorkspaceFacts& one : cycle.workspaces) {
    const LiveWorkspace* live = one.latest();
    if (!live || live->build.status != BuildStatus::pending) continue;
    // That none matches is told of each such build alone.
    if (live->build.provisioners == 0) continue;
    ProvisionerSight& sight = last_[live->template_id];
    const bool same_look = sight.at == cycle.begun_wall;
    sight = {same_look ? std::max(sight.count, live->build.provisioners) : live->build.provisioners,
             cycle.begun_wall};
  }
}

}  // namespace cr::reconcile
