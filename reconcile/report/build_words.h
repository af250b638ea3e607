#pragma once

#include <string>

#include "reconcile/model/seen_build.h"

namespace cr::reconcile {

/// "start is under way", "stop waits for a provisioner", "start took 1m12s (queue 2s, plan 10s, apply 1m)".
[[nodiscard]] std::string in_words(const SeenBuild& build);

/// "queue 2s, plan 10s, apply 1m": the stages whose times are known. Empty where none is.
[[nodiscard]] std::string in_words(const StageTimes& stages);

}  // namespace cr::reconcile
