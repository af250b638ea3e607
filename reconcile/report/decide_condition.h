#pragma once

#include <span>
#include <string>
#include <string_view>

#include "reconcile/coder/api_error.h"
#include "reconcile/memory/facts.h"
#include "reconcile/plan/guard.h"
#include "reconcile/report/report.h"

namespace cr::reconcile {

/// A workspace at the end of a cycle.
struct ConditionInput {
  const WorkspaceFacts& workspace;
  async::WallTime now{};
  const Verdict& verdict;
  /// Set when this cycle stopped writing: what was not written waits for this.
  const coder::ApiError* stopped_by = nullptr;
};

/// The condition, `since` left at zero (StatusTable sets it). Its message tells a person what is the matter
/// and what to do; empty when in sync. What a person has to mend wins over what is on its way only where
/// nothing was done in this cycle. Pure.
[[nodiscard]] Condition decide_condition(const ConditionInput& input);

/// How a cycle without `failure` and `internal_error` ended, from its rows, outcomes and verdict.
[[nodiscard]] CycleResult result_of(const CycleReport& report);

}  // namespace cr::reconcile
