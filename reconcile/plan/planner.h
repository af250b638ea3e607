#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reconcile/async/clock.h"
#include "reconcile/diff/diff.h"
#include "reconcile/model/condition.h"
#include "reconcile/model/live_workspace.h"
#include "reconcile/plan/plan.h"
#include "reconcile/resolve/binding.h"
#include "specs/workspace_spec.h"

namespace cr::reconcile {

/// What earlier cycles forbid in this one.
struct MemoryVerdict {
  bool backing_off = false;  ///< nothing at all is tried
  FieldSet overridden{};     ///< written without effect and not due again: not written now
  FieldSet contested{};      ///< changed back by others again and again: not written
  /// Failed tries of the latest build under the present spec (BuildFailures::observe). Absent: what the live
  /// state alone tells (the build's number for a first build, 1 for a stop).
  std::optional<std::uint32_t> failed_builds{};
};

struct PlanInput {
  const specs::WorkspaceSpec* spec = nullptr;  ///< never null
  const LiveWorkspace* live = nullptr;         ///< null: proven to be absent
  const WorkspaceDiff* diff = nullptr;         ///< never null; of this spec and live state
  const Bound* bound = nullptr;  ///< for an absent one; null: could not be bound, or need not be
  std::optional<UserId> me{};
  MemoryVerdict memory;
  bool just_created =
      false;  ///< by us in this cycle: what creation could not set is written whatever `update` says
  async::WallTime now{};
  std::chrono::sys_seconds coders_now{};  ///< by Coder's clock
  /// What somebody else has started is not stopped before nobody has used it for so long.
  std::chrono::seconds idle_before_stop{0};
};

/// Something that is not done in this cycle.
struct Waiting {
  Reason reason = Reason::Updating;
  std::string message;
  bool soon = false;  ///< a build is under way: look again in a moment
  bool operator==(const Waiting&) const = default;
};

struct PlannedWorkspace {
  std::optional<WorkspacePlan> plan;  ///< what to do now, if anything
  std::optional<Waiting> waiting;     ///< beside or instead of it
  bool operator==(const PlannedWorkspace&) const = default;
};

/// The actions for one workspace, in the order in which they must run: create, or retry of a failed first
/// build; then automatic updates, autostart, ttl; then stop, or dormant.
///
/// - suspended, blocked, backing off: none. `create: false`: no create. `update: false`: no writes to an
/// existing one.
/// - Dormancy switches autostop off and leaves a workspace running, so a running one is stopped first and
/// made dormant
///   in a later cycle. A failed or cancelled build may have left it running too.
/// - Only builds exclude each other: while one is active the stop waits, field writes do not.
/// Pure, and a function of its input alone.
[[nodiscard]] PlannedWorkspace plan_workspace(const PlanInput& input);

/// A plan of these workspaces, sorted by identity whatever the order of the input.
[[nodiscard]] Plan assemble_plan(std::vector<WorkspacePlan> workspaces);

/// What creation could not set, once it has answered: the field writes and dormancy for the workspace as the
/// reply shows it. Same rules as plan_workspace.
/// `made_by_us`: and not by somebody who was faster, whose it is then.
[[nodiscard]] std::vector<Action> follow_ups(const specs::WorkspaceSpec& spec, const LiveWorkspace& created,
                                             const DiffContext& context, bool made_by_us);

}  // namespace cr::reconcile
