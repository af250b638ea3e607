#include "reconcile/cycle/time_builds.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "reconcile/read/reader.h"

namespace cr::reconcile {
namespace {

constexpr std::size_t kTimedACycle = 20;

}  // namespace

async::awaitable<void> time_builds(CycleState& state) {
  Reconciler::Memory& memory = state.memory;
  SeenBuilds& builds = memory.remembered.seen_builds;
  for (const SeenBuilds::Ended& ended : builds.just_ended())
    memory.observer.on_build_ended(ended.workspace, *ended.build);
  if (state.stopped_by) co_return;
  const async::SteadyTime by = memory.clock.now() - memory.limits.timings_after;
  const std::vector<SeenBuilds::Ended> due = builds.take_untimed(by, kTimedACycle);
  for (const SeenBuilds::Ended& ended : due) {
    auto spans = co_await memory.reader.timings(ended.id);
    // A Coder that is away is not asked again for something that nobody needs.
    if (!spans && ends_reading(spans.error())) co_return;
    if (!spans) continue;
    const StageTimes times = stage_times(*spans, ended.build->created, ended.build->completed);
    if (times == StageTimes{}) continue;
    const SeenBuildPtr timed = builds.set_times(ended, times);
    if (timed) memory.observer.on_build_timed(ended.workspace, *timed);
  }
}

}  // namespace cr::reconcile
