#include "reconcile/cycle/time_builds.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "reconcile/read/reader.h"

namespace cr::reconcile {
namespace {

constexpr std::size_t kTimedACycle = 20;

/// Those stages of which nothing was known.
StageTimes without(StageTimes times, const StageTimes& known) {
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (known[i]) times[i].reset();
  }
  return times;
}

}  // namespace

async::awaitable<void> time_builds(CycleState& state) {
  Reconciler::Memory& memory = state.memory;
  SeenBuilds& builds = memory.remembered.seen_builds;
  for (const SeenBuilds::Ended& ended : builds.just_ended())
    memory.observer.on_build_ended(ended.workspace, *ended.build);
  if (state.stopped_by) co_return;
  const SeenBuilds::AskAfter after{.first = memory.limits.timings_after,
                                   .again = memory.limits.timings_again};
  const std::vector<SeenBuilds::Ended> due = builds.take_untimed(memory.clock.now(), after, kTimedACycle);
  for (const SeenBuilds::Ended& ended : due) {
    auto spans = co_await memory.reader.timings(ended.id);
    // A Coder that is away is not asked again for something that nobody needs.
    if (!spans && ends_reading(spans.error())) co_return;
    if (!spans) continue;
    const StageTimes times = stage_times(*spans, ended.build->created, ended.build->completed);
    const StageTimes fresh = without(times, ended.build->stages);
    if (fresh == StageTimes{}) continue;
    const SeenBuildPtr timed = builds.set_times(ended, times);
    if (timed) memory.observer.on_build_timed(ended.workspace, *timed, fresh);
  }
}

}  // namespace cr::reconcile
