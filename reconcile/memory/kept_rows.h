#pragma once

#include <unordered_map>

#include "reconcile/async/clock.h"
#include "reconcile/feed/read_set.h"
#include "reconcile/model/ids.h"
#include "reconcile/model/live_workspace.h"
#include "specs/desired_state.h"

namespace cr::reconcile {

/// What a cycle knows at its end of the workspaces that are live, for a next one that is told whom it need
/// not read again. What it holds is as old as it says and no truth.
struct KeptRows {
  /// One that was left as declared, with nothing done to it and nothing under way.
  struct AtRest {
    LiveWorkspace row;
    async::SteadyTime read{};  ///< when the cycle that read it began
    specs::SpecPtr spec;       ///< what was declared then
  };
  std::unordered_map<WorkspaceId, AtRest> at_rest;
  /// The others: what keeps them from it.
  std::unordered_map<WorkspaceId, feed::Declared> restless;
};

}  // namespace cr::reconcile
