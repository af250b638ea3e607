#include "reconcile/report/build_words.h"

#include <fmt/format.h>

#include <string_view>

#include "specs/duration.h"

namespace cr::reconcile {
namespace {

std::string_view name_of(Transition transition) {
  switch (transition) {
    case Transition::start:
      return "start";
    case Transition::stop:
      return "stop";
    case Transition::del:
      return "deletion";
    case Transition::unknown:
      return "build";
  }
  return "build";
}

std::string_view doing(BuildStatus status) {
  switch (status) {
    case BuildStatus::pending:
      return "waits for a provisioner";
    case BuildStatus::canceling:
      return "is being cancelled";
    default:
      return "is under way";
  }
}

}  // namespace

std::string in_words(const StageTimes& stages) {
  std::string text;
  for (const BuildStage stage : kBuildStages) {
    const auto time = time_of(stages, stage);
    if (!time) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", to_string(stage), specs::format_duration(*time));
  }
  return text;
}

std::string in_words(const SeenBuild& build) {
  const std::string_view name = name_of(build.transition);
  if (!build.completed) return fmt::format("{} {}", name, doing(build.status));
  std::string_view ended = "took";
  if (build.status == BuildStatus::failed) ended = "failed after";
  if (build.status == BuildStatus::canceled) ended = "was cancelled after";
  const auto whole =
      build.completed < build.created ? std::chrono::seconds(0) : *build.completed - *build.created;
  std::string text = fmt::format("{} {} {}", name, ended, specs::format_duration(whole));
  const std::string stages = in_words(build.stages);
  if (!stages.empty()) text += fmt::format(" ({})", stages);
  return text;
}

}  // namespace cr::reconcile
