#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "daemon/commands/terminal.h"
#include "daemon/config/config.h"
#include "daemon/exit_code.h"
#include "reconcile/report/report.h"
#include "specs/desired_state.h"

namespace cr::daemon {

/// What is printed, and how the command ends.
struct Shown {
  std::string text;
  ExitCode code = ExitCode::failure;
};

/// What a command that changes nothing makes of one cycle.
struct ReadOnly {
  std::function<Shown(const reconcile::CycleReport&, const specs::DesiredState&)> show;
  /// Hears why there was no cycle, instead; empty: nobody asks.
  std::function<void(std::string_view why)> failed{};
  bool shows_drift = false;  ///< so it is worth asking who made it
};

/// Loads the specs, runs one cycle without a writer (whatever its plan says, nothing here could carry it
/// out), and prints what `command` makes of it. Bounded by --timeout.
[[nodiscard]] ExitCode run_read_only(const Config& config, Terminal& terminal, const ReadOnly& command);

}  // namespace cr::daemon
