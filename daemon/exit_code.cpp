#include "daemon/exit_code.h"

#include <algorithm>

namespace cr::daemon {
namespace {

using reconcile::CycleReport;
using reconcile::CycleResult;
using reconcile::Reason;
using reconcile::sets::SetStatus;
using SetReason = reconcile::sets::Reason;

constexpr ExitCodeInfo kExitCodes[] = {
    {ExitCode::ok, "in sync or converged"},
    {ExitCode::failure, "unexpected failure"},
    {ExitCode::changes, "`plan --detailed-exitcode` found changes"},
    {ExitCode::not_converged, "some workspaces did not converge"},
    {ExitCode::invalid_specs,
     "some specs are invalid (the others were handled), or `validate --strict` warned"},
    {ExitCode::held, "plan held by the guard (`--max-changes`)"},
    {ExitCode::unreachable, "Coder unreachable, or the token rejected"},
    {ExitCode::usage, "usage error"},
    {ExitCode::interrupted, "interrupted by SIGINT"},
    {ExitCode::terminated, "terminated by SIGTERM (`run` exits with 0)"},
};

bool token_refused_or_unreachable(Reason reason) {
  return reason == Reason::Unauthorized || reason == Reason::Unreachable;
}
bool token_refused_or_unreachable(SetReason reason) {
  return reason == SetReason::Unauthorized || reason == SetReason::Unreachable;
}

/// What could not be had: a cycle, Coder.
ExitCode failure_of(const CycleReport& report) {
  if (report.result == CycleResult::failed && !report.failure) return ExitCode::failure;
  const bool unreachable =
      report.result == CycleResult::failed ||
      std::ranges::any_of(
          report.workspaces,
          [](const auto& workspace) { return token_refused_or_unreachable(workspace.ready.reason); }) ||
      std::ranges::any_of(report.sets,
                          [](const SetStatus& set) { return token_refused_or_unreachable(set.reason); });
  return unreachable ? ExitCode::unreachable : ExitCode::ok;
}

bool any_invalid(const CycleReport& report, const specs::DesiredState& desired) {
  // What is wrong with a set's document can depend on who its owners are.
  return desired.invalid_documents + desired.duplicate_documents > 0 || !desired.diagnostics.empty() ||
         report.invalid_documents + report.duplicate_documents > 0 ||
         std::ranges::any_of(report.sets, [](const SetStatus& set) { return !set.diagnostics.empty(); });
}

bool any_held(const CycleReport& report) {
  return report.verdict.held ||
         std::ranges::any_of(report.sets, [](const SetStatus& set) { return set.reason == SetReason::Held; });
}

/// Sets that are not whole by nobody's order: no plan of theirs makes them so.
bool all_sets_ready(const CycleReport& report) {
  return std::ranges::all_of(report.sets, [](const SetStatus& set) {
    return reconcile::sets::ready_of(set.reason) == reconcile::Ready::True;
  });
}

/// What applies to a plan and to a converging run alike.
ExitCode common_part(const CycleReport& report, const specs::DesiredState& desired) {
  if (const ExitCode code = failure_of(report); code != ExitCode::ok) return code;
  if (any_held(report)) return ExitCode::held;
  return any_invalid(report, desired) ? ExitCode::invalid_specs : ExitCode::ok;
}

bool converged(const reconcile::WorkspaceStatus& workspace, Builds builds) {
  const Reason reason = workspace.ready.reason;
  // Somebody's work is waited for, and nobody has anything to do.
  if (reason == Reason::InSync || reason == Reason::Suspended || reason == Reason::InUse) return true;
  return reason == Reason::Creating && workspace.id.has_value() && builds == Builds::may_go_on;
}

}  // namespace

std::span<const ExitCodeInfo> all_exit_codes() {
  return kExitCodes;
}

ExitCode exit_code_of(const CycleReport& report, const specs::DesiredState& desired, Builds builds) {
  if (const ExitCode code = common_part(report, desired); code != ExitCode::ok) return code;
  const bool all = all_sets_ready(report) &&
                   std::ranges::all_of(report.workspaces,
                                       [&](const auto& workspace) { return converged(workspace, builds); });
  return all ? ExitCode::ok : ExitCode::not_converged;
}

bool stays_unready(const reconcile::WorkspaceStatus& workspace) {
  const Reason reason = workspace.ready.reason;
  if (reason == Reason::Suspended || reason == Reason::Held) return false;
  return reconcile::waits_for_person(reason) || reconcile::ready_of(reason) == reconcile::Ready::Unknown;
}

ExitCode exit_code_of_plan(const CycleReport& report, const specs::DesiredState& desired, PlanExit kind) {
  if (const ExitCode code = common_part(report, desired); code != ExitCode::ok) return code;
  if (!all_sets_ready(report) || std::ranges::any_of(report.workspaces, stays_unready))
    return ExitCode::not_converged;
  return kind == PlanExit::detailed && !report.plan.empty() ? ExitCode::changes : ExitCode::ok;
}

ExitCode exit_code_of_forecast(const CycleReport& report, const specs::DesiredState& desired) {
  if (const ExitCode code = failure_of(report); code != ExitCode::ok) return code;
  if (any_invalid(report, desired)) return ExitCode::invalid_specs;
  const bool all_read =
      std::ranges::none_of(report.workspaces,
                           [](const auto& workspace) {
                             return reconcile::ready_of(workspace.ready.reason) == reconcile::Ready::Unknown;
                           }) &&
      std::ranges::all_of(report.sets,
                          [](const SetStatus& set) { return reconcile::sets::owners_known(set.reason); });
  return all_read ? ExitCode::ok : ExitCode::not_converged;
}

}  // namespace cr::daemon
