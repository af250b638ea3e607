#include "reconcile/model/build_stage.h"

#include <algorithm>

namespace cr::reconcile {
namespace {

bool is_a_provisioners(BuildStage stage) {
  return stage != BuildStage::queue && stage < BuildStage::start;
}

}  // namespace

std::string_view to_string(BuildStage stage) {
  switch (stage) {
    case BuildStage::queue:
      return "queue";
    case BuildStage::init:
      return "init";
    case BuildStage::plan:
      return "plan";
    case BuildStage::graph:
      return "graph";
    case BuildStage::apply:
      return "apply";
    case BuildStage::start:
      return "start";
    case BuildStage::connect:
      return "connect";
  }
  return "";
}

StageTimes stage_times(std::span<const TimedSpan> spans, Instant created, Instant completed) {
  struct Extent {
    Instant begun, ended;
  };
  std::array<Extent, kBuildStages.size()> extents{};
  Instant first;
  for (const TimedSpan& span : spans) {
    if (!span.begun || span.ended < span.begun || span.begun < created) continue;
    if (is_a_provisioners(span.stage)) {
      if (completed && span.begun > completed) return {};
      if (!first || span.begun < first) first = span.begun;
    }
    Extent& extent = extents[static_cast<std::size_t>(span.stage)];
    if (!extent.begun || span.begun < extent.begun) extent.begun = span.begun;
    extent.ended = std::max(extent.ended, span.ended);
  }
  if (created && first) extents[static_cast<std::size_t>(BuildStage::queue)] = {created, first};
  StageTimes times;
  std::ranges::transform(extents, times.begin(), [](const Extent& extent) {
    return extent.begun ? std::optional(*extent.ended - *extent.begun) : std::nullopt;
  });
  return times;
}

}  // namespace cr::reconcile
