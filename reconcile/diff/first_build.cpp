#include "reconcile/diff/first_build.h"

namespace cr::reconcile {
namespace {

// The create and its retries, and once more as many after the spec has changed. Beyond that a start by the
// token's user is more likely to be that person's own.
constexpr std::uint32_t kHighestFirstBuild = 2 * (1 + kBuildRetries);

bool young_start(const LiveBuild& build) {
  return build.transition == Transition::start && build.number >= 1 && build.number <= kHighestFirstBuild;
}

}  // namespace

FirstBuild first_build_of(const LiveWorkspace& live, const std::optional<UserId>& me) {
  if (!me || live.build.initiator != *me || !young_start(live.build)) return FirstBuild::not_ours;
  if (live.build.active()) return FirstBuild::active;
  if (live.build.ended_badly()) return FirstBuild::failed;
  return live.build.status == BuildStatus::running ? FirstBuild::succeeded : FirstBuild::not_ours;
}

bool needs_me(const LiveWorkspace& live) {
  const LiveBuild& build = live.build;
  return (build.active() || build.ended_badly()) &&
         (young_start(build) || build.transition == Transition::stop);
}

}  // namespace cr::reconcile
