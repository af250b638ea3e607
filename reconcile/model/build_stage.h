#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "reconcile/model/instant.h"

namespace cr::reconcile {

/// What a build goes through, in the order in which it does.
enum class BuildStage : std::uint8_t {
  queue,  ///< from its beginning until a provisioner takes it
  init,
  plan,
  graph,
  apply,
  start,    ///< the agents' start scripts
  connect,  ///< until the agents are there
};
inline constexpr std::array kBuildStages = {BuildStage::queue,  BuildStage::init,  BuildStage::plan,
                                            BuildStage::graph,  BuildStage::apply, BuildStage::start,
                                            BuildStage::connect};
[[nodiscard]] std::string_view to_string(BuildStage stage);

/// How long each stage took, in the order of kBuildStages; none: not known.
using StageTimes = std::array<std::optional<std::chrono::seconds>, kBuildStages.size()>;

[[nodiscard]] inline std::optional<std::chrono::seconds> time_of(const StageTimes& times, BuildStage stage) {
  return times[static_cast<std::size_t>(stage)];
}

/// Something that Coder timed: a stage of one resource, one script or one agent.
struct TimedSpan {
  BuildStage stage = BuildStage::apply;
  Instant begun, ended;
  bool operator==(const TimedSpan&) const = default;
};

/// What the spans tell of the build of these times: each stage from its first beginning to its last end, and
/// the queue from `created` until the first one that a provisioner worked at. What began before the build is
/// not of it, and what has not ended says nothing. All of it is of another build where a provisioner began
/// something after `completed`.
[[nodiscard]] StageTimes stage_times(std::span<const TimedSpan> spans, Instant created, Instant completed);

}  // namespace cr::reconcile
