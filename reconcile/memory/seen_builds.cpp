#include "reconcile/memory/seen_builds.h"

#include <algorithm>
#include <tuple>

namespace cr::reconcile {
namespace {

constexpr std::size_t kMostEnded = 1'000;

SeenBuild seen(const LiveBuild& build) {
  return {.id = build.id,
          .transition = build.transition,
          .status = build.status,
          .created = build.created,
          .completed = build.completed};
}

/// Agents connect and run their scripts when the build is over, and may take their time.
bool wants_agents(const SeenBuild& build) {
  return build.status == BuildStatus::running &&
         !(time_of(build.stages, BuildStage::start) && time_of(build.stages, BuildStage::connect));
}

}  // namespace

void SeenBuilds::observe(const CycleFacts& cycle, const OwnBuilds& own) {
  just_ended_.clear();
  std::erase_if(builds_, [&](const auto& entry) {
    const WorkspaceFacts* one = cycle.find(entry.first);
    if (!one) return !cycle.is_declared(entry.first);
    const LiveWorkspace* live = one->latest();
    return live ? live->build.id != entry.second.build->id : !one->read_error;
  });
  for (const WorkspaceFacts& one : cycle.workspaces) {
    if (const LiveBuild* build = one.acted() ? OwnBuilds::queued_in(one) : nullptr)
      enter(*one.identity, one.latest() ? one.latest()->id : one.id, *build);
    if (one.latest()) look_at(one, cycle, own);
  }
  forget_the_oldest();
}

void SeenBuilds::enter(const Identity& workspace, const WorkspaceId& id, const LiveBuild& build) {
  Entry entry;
  entry.id = id;
  entry.build = std::make_shared<const SeenBuild>(seen(build));
  builds_.insert_or_assign(workspace, std::move(entry));
}

void SeenBuilds::look_at(const WorkspaceFacts& one, const CycleFacts& cycle, const OwnBuilds& own) {
  const LiveWorkspace& live = *one.latest();
  const LiveBuild& build = live.build;
  if (build.active()) {
    if (own.is_ours(one, cycle.me)) enter(*one.identity, live.id, build);
    return;
  }
  if (builds_.empty() || !build.ended()) return;
  const auto known = builds_.find(*one.identity);
  if (known == builds_.end() || known->second.ended || known->second.build->id != build.id) return;
  known->second.build = std::make_shared<const SeenBuild>(seen(build));
  known->second.ended = cycle.ended;
  just_ended_.push_back({*one.identity, live.id, known->second.build});
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

std::vector<SeenBuilds::Ended> SeenBuilds::take_untimed(async::SteadyTime now, const AskAfter& after,
                                                        std::size_t most) {
  std::vector<std::pair<async::SteadyTime, Identity>> due;
  for (const auto& [workspace, entry] : builds_) {
    if (!entry.ended || entry.asked > 1 || (entry.asked == 1 && !wants_agents(*entry.build))) continue;
    if (*entry.ended + (entry.asked == 0 ? after.first : after.again) <= now)
      due.emplace_back(*entry.ended, workspace);
  }
  std::ranges::sort(due);
  if (due.size() > most) due.resize(most);
  std::vector<Ended> taken;
  taken.reserve(due.size());
  for (const auto& [when, workspace] : due) {
    Entry& entry = builds_.at(workspace);
    ++entry.asked;
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
