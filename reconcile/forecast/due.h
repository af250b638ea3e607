#pragma once

#include <chrono>

#include "reconcile/coder/types.h"
#include "reconcile/model/instant.h"
#include "reconcile/model/live_workspace.h"
#include "specs/workspace_spec.h"

namespace cr::reconcile {

/// When Coder may first have done something to the workspace by itself since its row was read: of the moments
/// that the row foretells (start, stop, deletion, and dormancy for want of use, where the template is known)
/// the first. What Coder does at such a moment it may do late, so one that came within a quarter of an hour
/// before the read counts. None: it foretells nothing. All times by Coder's clock. Pure.
[[nodiscard]] Instant next_moment(const LiveWorkspace& row, const coder::Template* policy,
                                  std::chrono::sys_seconds read);

/// Whether there is an exception with an end, over or not.
[[nodiscard]] bool has_exceptions(const specs::WorkspaceSpec& spec);
/// Whether one is in force: a person who works moves the deadline, and when the workspace was last used,
/// without a word.
[[nodiscard]] bool exception_in_force(const specs::WorkspaceSpec& spec, std::chrono::sys_seconds now);

}  // namespace cr::reconcile
