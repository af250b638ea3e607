#pragma once

#include <span>
#include <string>
#include <string_view>

#include "reconcile/coder/api_error.h"
#include "reconcile/diff/diff.h"
#include "reconcile/plan/guard.h"
#include "reconcile/plan/planner.h"
#include "reconcile/resolve/binding.h"
#include "reconcile/status/backoff.h"
#include "reconcile/status/condition.h"
#include "reconcile/status/failure_reason.h"
#include "reconcile/status/field_memory.h"
#include "reconcile/status/report.h"

namespace cr::reconcile {

/// Everything that is known about one declared workspace at the end of a cycle. What does not apply stays
/// null.
struct ConditionInput {
  const specs::WorkspaceSpec* spec = nullptr;  ///< never null
  async::WallTime now{};
  std::string_view duplicate;      ///< message, if another document declares it under another spelling
  std::string_view owner_changed;  ///< message, if its owner's name has passed to another user
  const coder::ApiError* read_error = nullptr;  ///< its live state could not be read
  const LiveWorkspace* live = nullptr;          ///< null with no read_error: absent
  const Unbound* unbound = nullptr;             ///< absent and cannot be created
  const WorkspaceDiff* diff = nullptr;          ///< as last seen in this cycle
  const PlannedWorkspace* planned = nullptr;
  const Verdict* verdict = nullptr;
  std::span<const Outcome> outcomes;  ///< of this workspace in this cycle, in order
  const Backoff* backoff = nullptr;   ///< in force
  FieldVerdict fields;
  /// Set when this cycle stopped writing (401): what was not written waits for this.
  const coder::ApiError* stopped_by = nullptr;
  /// `diff` is of a reply or a read that came after every write of this cycle.
  bool proven = false;
  /// It is, and nothing that was planned is left.
  bool confirmed = false;
};

/// The condition, `since` left at zero (StatusTable sets it). Its message tells a person what is the matter
/// and what to do; empty when in sync. What a person has to mend wins over what is on its way only where
/// nothing was done in this cycle. Pure.
[[nodiscard]] Condition decide_condition(const ConditionInput& input);

/// How a cycle without `failure` and `internal_error` ended, from its rows, outcomes and verdict.
[[nodiscard]] CycleResult result_of(const CycleReport& report);

}  // namespace cr::reconcile
