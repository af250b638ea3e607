#include "reconcile/memory/own_builds.h"

#include <algorithm>

#include "reconcile/memory/fingerprint.h"

namespace cr::reconcile {

const LiveBuild* OwnBuilds::queued_in(const WorkspaceFacts& one) {
  const LiveBuild* last = nullptr;
  for (const Outcome& outcome : one.done->outcomes) {
    if (outcome.started) last = &*outcome.started;
  }
  return last;
}

bool OwnBuilds::has_failed(const LiveBuild& build, const std::optional<UserId>& me) {
  return build.ended_badly() && me && build.initiator == *me;
}

OwnBuilds::Failures OwnBuilds::failures_after(const WorkspaceFacts& read) const {
  const LiveBuild& build = read.live->build;
  const std::uint64_t spec = spec_fingerprint(*read.spec);
  const auto known = failures_.find(*read.identity);
  if (known == failures_.end() || known->second.transition != build.transition) {
    // The number of a start is what the create and its retries have come to; of a stop it says nothing.
    return {build.id, build.transition, spec, build.transition == Transition::start ? build.number : 1};
  }
  Failures after = known->second;
  if (after.build != build.id) ++after.failed;
  if (after.spec != spec) after.failed = 0;
  after.build = build.id;
  after.spec = spec;
  return after;
}

std::optional<std::uint32_t> OwnBuilds::failed_tries(const WorkspaceFacts& read,
                                                     const std::optional<UserId>& me) const {
  if (!read.live || !has_failed(read.live->build, me)) return std::nullopt;
  return failures_after(read).failed;
}

std::size_t OwnBuilds::under_way(const CycleFacts& read) const {
  return static_cast<std::size_t>(std::ranges::count_if(read.workspaces, [&](const WorkspaceFacts& one) {
    if (!one.live) return one.read_error && queued_.contains(*one.identity);
    const LiveBuild& build = one.live->build;
    return build.active() && (!read.me || build.initiator == *read.me || has_queued(*one.identity, build.id));
  }));
}

bool OwnBuilds::has_queued(const Identity& workspace, const BuildId& build) const {
  const auto queued = queued_.find(workspace);
  return queued != queued_.end() && queued->second == build;
}

void OwnBuilds::observe(const CycleFacts& cycle) {
  std::erase_if(failures_, [&](const auto& entry) { return !cycle.is_declared(entry.first); });
  std::erase_if(queued_, [&](const auto& entry) {
    const WorkspaceFacts* one = cycle.find(entry.first);
    if (!one) return !cycle.is_declared(entry.first);
    return !one->read_error &&
           !(one->live && one->live->build.id == entry.second && !one->live->build.ended());
  });
  for (const WorkspaceFacts& one : cycle.workspaces) {
    if (one.live && one.diff && has_failed(one.live->build, cycle.me)) {
      failures_.insert_or_assign(*one.identity, failures_after(one));
    } else if (one.live && one.diff && !failures_.empty() && !one.live->build.active()) {
      // A build that is under way may be the retry whose end is still to be counted.
      failures_.erase(*one.identity);
    }
    if (const LiveBuild* build = queued_in(one)) queued_.insert_or_assign(*one.identity, build->id);
  }
}

bool OwnBuilds::is_ours(const WorkspaceFacts& one, const std::optional<UserId>& me) const {
  const LiveBuild& build = one.latest()->build;
  if (has_queued(*one.identity, build.id)) return true;
  // What Coder begins by itself it begins in the name of the workspace's owner.
  return build.reason == BuildReason::initiator && me && build.initiator == *me;
}

}  // namespace cr::reconcile
