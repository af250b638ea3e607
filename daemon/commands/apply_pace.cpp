#include "daemon/commands/apply_pace.h"

#include <algorithm>
#include <variant>

namespace cr::daemon {
namespace {

using reconcile::Reason;
using namespace std::chrono_literals;

constexpr std::chrono::nanoseconds kUsualWait = 1s;
constexpr std::chrono::nanoseconds kLongestWait = 60s;

/// Whether Coder was away, rather than there and failing.
bool away(const coder::ApiError& error) {
  switch (error.fault) {
    case coder::ApiFault::unreachable:
    case coder::ApiFault::timeout:
    case coder::ApiFault::throttled:
      return true;
    case coder::ApiFault::server:
      return error.status > 500;
    default:
      return false;
  }
}

bool has_work_left(const reconcile::WorkspaceStatus& workspace, Builds builds) {
  switch (workspace.ready.reason) {
    case Reason::Updating:
    case Reason::Stopping:
    case Reason::RateLimited:
      return true;
    case Reason::Creating:
      return !workspace.id || builds == Builds::must_have_ended;
    case Reason::BackingOff:
    case Reason::Unreachable:
    case Reason::NotRead:
      return !workspace.last_error || away(*workspace.last_error);
    default:
      return false;
  }
}

/// Whom it has workspaces for will be known when Coder is back.
bool has_work_left(const reconcile::sets::SetStatus& set) {
  return set.error && away(*set.error);
}

/// Its row says Creating and has an id, as if the build were under way.
bool waits_for_a_slot(const reconcile::Outcome& outcome) {
  return outcome.result == reconcile::ActionResult::skipped &&
         std::holds_alternative<reconcile::RetryFirstBuild>(outcome.action);
}

std::chrono::nanoseconds pause(const reconcile::CycleReport& report) {
  return std::clamp(report.look_again_in.value_or(kUsualWait), kUsualWait, kLongestWait);
}

}  // namespace

std::optional<std::chrono::nanoseconds> next_apply_cycle(const reconcile::CycleReport& report,
                                                         Builds builds) {
  if (report.result == reconcile::CycleResult::failed) {
    const bool passes = report.failure && coder::is_transient(report.failure->fault);
    return passes ? std::optional(pause(report)) : std::nullopt;
  }
  if (report.verdict.held) return std::nullopt;
  const bool left = std::ranges::any_of(report.outcomes, waits_for_a_slot) ||
                    std::ranges::any_of(report.sets, [](const auto& set) { return has_work_left(set); }) ||
                    std::ranges::any_of(report.workspaces, [&](const auto& workspace) {
                      return has_work_left(workspace, builds);
                    });
  if (!left) return std::nullopt;
  return pause(report);
}

}  // namespace cr::daemon
