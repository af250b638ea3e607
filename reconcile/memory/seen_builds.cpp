#include "reconcile/memory/seen_builds.h"

#include <algorithm>
#include <tuple>

namespace cr::reconcile {
namespace {

constexpr std::size_t kMostEnded = 1'000;

bool has_ended(const LiveBuild& build) {
  return !build.active() && build.status != BuildStatus::unknown;
}

SeenBuild seen(const LiveBuild& build) {
  return {.id = build.id,
          .transition = build.transition,
          .status = build.status,
          .created = build.created,
          .completed = build.completed};
}

}  // namespace

void SeenBuilds::observe(const CycleFacts& cycle, const OwnBuilds& own) {
  just_ended_.clear();
  std::erase_if(builds_, [&](const auto& entry) {
    const WorkspaceFacts* one = cycle.find(entry.first);
    if (!one) return true;
    const LiveWorkspace* live = one->latest();
    return live ? live->build.id != entry.second.build->id : !one->read_error;
  });
  for (const WorkspaceFacts& one : cycle.workspaces) {
    if (one.latest()) look_at(one, cycle, own);
  }
  forget_the_oldest();
}

void SeenBuilds::look_at(const WorkspaceFacts& one, const CycleFacts& cycle, const OwnBuilds& own) {
  const LiveWorkspace& live = *one.latest();
  const LiveBuild& build = live.build;
  if (build.active()) {
    if (own.is_ours(one, cycle.me)) {
      Entry entry;
      entry.id = live.id;
      entry.build = std::make_shared<const SeenBuild>(seen(build));
      builds_.insert_or_assign(*one.identity, std::move(entry));
    }
    return;
  }
  if (!has_ended(build) || (builds_.empty() && !one.acted())) return;
  const auto known = builds_.find(*one.identity);
  // One may begin and end within a cycle.
  const bool was_under_way = known != builds_.end() ? !known->second.ended : own.has_queued(one);
  if (!was_under_way) return;
  Entry entry;
  entry.id = live.id;
  entry.build = std::make_shared<const SeenBuild>(seen(build));
  entry.ended = cycle.ended;
  entry.untimed = true;
  just_ended_.push_back({*one.identity, live.id, entry.build});
  builds_.insert_or_assign(*one.identity, std::move(entry));
}

void SeenBuilds::forget_the_oldest() {
  if (builds_.size() <= kMostEnded) return;
  std::vector<std::pair<async::SteadyTime, Identity>> ended;
  for (const auto& [workspace, entry] : builds_) {
    if (entry.ended) ended.emplace_back(*entry.ended, workspace);
  }
  if (ended.size() <= kMostEnded) return;
  std::ranges::sort(ended);
  ended.resize(ended.size() - kMostEnded);
  for (const auto& [when, workspace] : ended) builds_.erase(workspace);
}

std::vector<OwnBuild> SeenBuilds::in_flight() const {
  std::vector<OwnBuild> builds;
  for (const auto& [workspace, entry] : builds_) {
    if (!entry.ended) builds.push_back({entry.id, entry.build->id});
  }
  return builds;
}

BuildsSeen SeenBuilds::all() const {
  BuildsSeen all;
  for (const auto& [workspace, entry] : builds_) all.emplace_hint(all.end(), workspace, entry.build);
  return all;
}

SeenBuildPtr SeenBuilds::of(const Identity& workspace) const {
  if (builds_.empty()) return nullptr;
  const auto found = builds_.find(workspace);
  return found == builds_.end() ? nullptr : found->second.build;
}

std::vector<SeenBuilds::Ended> SeenBuilds::take_untimed(async::SteadyTime by, std::size_t most) {
  std::vector<std::pair<async::SteadyTime, Identity>> due;
  for (const auto& [workspace, entry] : builds_) {
    if (entry.untimed && *entry.ended <= by) due.emplace_back(*entry.ended, workspace);
  }
  std::ranges::sort(due);
  if (due.size() > most) due.resize(most);
  std::vector<Ended> taken;
  for (const auto& [when, workspace] : due) {
    Entry& entry = builds_.at(workspace);
    entry.untimed = false;
    taken.push_back({workspace, entry.id, entry.build});
  }
  return taken;
}

SeenBuildPtr SeenBuilds::set_times(const Ended& ended, const StageTimes& times) {
  const auto found = builds_.find(ended.workspace);
  if (found == builds_.end() || found->second.build->id != ended.build->id) return nullptr;
  SeenBuild timed = *found->second.build;
  timed.stages = times;
  found->second.build = std::make_shared<const SeenBuild>(timed);
  return found->second.build;
}

}  // namespace cr::reconcile
