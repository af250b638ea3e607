#pragma once

#include <array>
#include <chrono>

#include "reconcile/coder/types.h"
#include "reconcile/model/instant.h"
#include "reconcile/model/live_workspace.h"
#include "specs/workspace_spec.h"

namespace cr::reconcile {

/// Moments at which Coder does something to a workspace by itself, by its clock: in no order, and some of
/// them none.
using Moments = std::array<Instant, 5>;
/// As its row foretells them: start, stop, deletion, and that it becomes dormant for want of use, where the
/// template is known.
[[nodiscard]] Moments moments_of(const LiveWorkspace& row, const coder::Template* policy);
/// Whether one of them has come since the row was read. What Coder does at such a moment it may do late, so a
/// quarter of an hour after it the answer is still yes.
[[nodiscard]] bool has_come(const Moments& moments, std::chrono::sys_seconds read,
                            std::chrono::sys_seconds now);

/// Whether there is an exception with an end, over or not.
[[nodiscard]] bool has_exceptions(const specs::WorkspaceSpec& spec);
/// Whether one is in force: a person who works moves the deadline, and when the workspace was last used,
/// without a word.
[[nodiscard]] bool exception_in_force(const specs::WorkspaceSpec& spec, std::chrono::sys_seconds now);

}  // namespace cr::reconcile
