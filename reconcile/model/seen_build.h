#pragma once

#include "reconcile/model/build_stage.h"
#include "reconcile/model/live_workspace.h"

namespace cr::reconcile {

/// A build of ours as it was last seen.
struct SeenBuild {
  BuildId id;
  Transition transition = Transition::unknown;
  BuildStatus status = BuildStatus::unknown;
  Instant created;
  Instant completed;  ///< none: it is under way
  StageTimes stages{};
  bool operator==(const SeenBuild&) const = default;
};

}  // namespace cr::reconcile
