#pragma once

#include <chrono>

#include "reconcile/model/live_workspace.h"
#include "specs/workspace_spec.h"

namespace cr::reconcile {

/// Whether time alone may have changed the workspace, or what is to be done for it, since its row was read:
/// an exception is in force, or one of the moments that the row foretells (start, stop, deletion) has come.
/// What Coder does at such a moment it may do late, so a quarter of an hour after it the answer is still yes.
/// All times by Coder's clock. Pure.
[[nodiscard]] bool time_may_have_moved(const specs::WorkspaceSpec& spec, const LiveWorkspace& row,
                                       std::chrono::sys_seconds read, std::chrono::sys_seconds now);

}  // namespace cr::reconcile
