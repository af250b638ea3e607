#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reconcile/plan/action.h"
#include "reconcile/report/report.h"

namespace cr::reconcile {

/// What one action changes, in words: "ttl: 4h → 8h", "template docker, ttl 8h", "stop". Free of control
/// characters.
[[nodiscard]] std::string change_of(const Action& action);

/// Rows that are in the same trouble for the same cause: shown once, with all their names.
struct ConditionGroup {
  Reason reason = Reason::NotRead;
  std::string_view message;
  std::vector<const WorkspaceStatus*> rows;
};

/// A report sorted for people. Points into the report, which must outlive it.
struct ReportView {
  std::vector<const WorkspacePlan*> creates;
  std::vector<const WorkspacePlan*> updates;  ///< all other plans
  std::size_t in_sync = 0;                    ///< and nothing planned
  std::size_t suspended = 0;
  std::vector<ConditionGroup> person;      ///< wait for a person; suspended ones are not listed
  std::vector<ConditionGroup> on_its_way;  ///< nothing planned now
  std::vector<ConditionGroup> unknown;
  std::size_t person_count = 0, on_its_way_count = 0, unknown_count = 0;
};

/// Where the plan has this workspace; nothing if it doesn't change it. Nothing is copied for the look.
[[nodiscard]] std::optional<std::size_t> place_in(const Plan& plan, const specs::WorkspaceSpec& spec);

/// Whether the plan makes the workspace, rather than changing it.
[[nodiscard]] bool creates(const WorkspacePlan& plan);

/// Workspaces to which the same is done, or has been.
struct AlikeGroup {
  std::vector<std::string> changes;  ///< in words, one a line
  std::vector<const Identity*> workspaces;
};

/// Equal changes taken together, in the order in which they first come; what only a few share stays apart, as
/// it is as easily read one by one.
[[nodiscard]] std::vector<AlikeGroup> alike(std::span<const WorkspacePlan* const> plans);

/// Outcomes that read alike: of one result, one change, one note and one error.
struct AlikeOutcomes {
  std::string text;  ///< the change, then why it ended so; free of control characters
  std::vector<const Outcome*> outcomes;
};
/// Taken together as plans are.
[[nodiscard]] std::vector<AlikeOutcomes> alike(std::span<const Outcome* const> outcomes);

/// Of what is planned now.
[[nodiscard]] ReportView view_plan(const CycleReport& report);
/// Of the state that a last cycle left: what is planned and not done counts by its condition, too.
[[nodiscard]] ReportView view_state(const CycleReport& report);

/// The last outcome of each workspace and kind of action, in the order in which they first came: of an action
/// that was skipped or failed and later succeeded only the success counts.
[[nodiscard]] std::vector<const Outcome*> final_outcomes(const std::vector<Outcome>& outcomes);

}  // namespace cr::reconcile
