#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "reconcile/report/report.h"
#include "specs/desired_state.h"

namespace cr::daemon {

/// How the process ends. Scripts and CronJobs depend on these numbers.
enum class ExitCode : std::uint8_t {
  ok = 0,             ///< in sync or converged
  failure = 1,        ///< unexpected
  changes = 2,        ///< plan --detailed-exitcode found changes
  not_converged = 3,  ///< some workspaces did not converge
  invalid_specs = 4,  ///< some specs are invalid; the others were handled
  held = 5,           ///< by the guard
  unreachable = 6,    ///< Coder unreachable, or the token refused
  usage = 64,         ///< called wrongly
  interrupted = 130,  ///< SIGINT
  terminated = 143,   ///< SIGTERM, of a command that had not finished
};

struct ExitCodeInfo {
  ExitCode code;
  std::string_view meaning;
};
[[nodiscard]] std::span<const ExitCodeInfo> all_exit_codes();

/// Of a cycle that ends a command: the highest of what applies. `desired` is what the cycle ran on.
///
/// A workspace that is suspended counts as converged: it is as its spec wants it. So does one that is created
/// and whose first build is under way, unless the caller was to `wait_for_builds`. A set counts by its own
/// condition: not ready is not converged, and held, invalid and unreachable are what they are of workspaces.
enum class Builds : std::uint8_t { may_go_on, must_have_ended };
[[nodiscard]] ExitCode exit_code_of(const reconcile::CycleReport& report, const specs::DesiredState& desired,
                                    Builds builds);

/// Whether carrying the plan out would leave the workspace not ready: somebody has to act, or nothing is
/// known.
[[nodiscard]] bool stays_unready(const reconcile::WorkspaceStatus& workspace);

/// Of a plan: what can't be read or resolved counts, what the plan would change does not, unless `detailed`.
enum class PlanExit : std::uint8_t { plain, detailed };
[[nodiscard]] ExitCode exit_code_of_plan(const reconcile::CycleReport& report,
                                         const specs::DesiredState& desired, PlanExit kind);

/// Of a forecast: what can't be read counts, and invalid specs do; what would change, or is held, does not.
[[nodiscard]] ExitCode exit_code_of_forecast(const reconcile::CycleReport& report,
                                             const specs::DesiredState& desired);

}  // namespace cr::daemon
