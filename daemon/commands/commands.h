#pragma once

#include "daemon/commands/terminal.h"
#include "daemon/config/settings.h"
#include "daemon/exit_code.h"

/// The commands: each a short composition of the parts.
namespace cr::daemon {

[[nodiscard]] ExitCode validate(const Config& config, Terminal& terminal);
[[nodiscard]] ExitCode plan(const Config& config, Terminal& terminal);
[[nodiscard]] ExitCode forecast(const Config& config, Terminal& terminal);
[[nodiscard]] ExitCode explain(const Config& config, Terminal& terminal);
[[nodiscard]] ExitCode export_specs(const Config& config, Terminal& terminal);
[[nodiscard]] ExitCode status(const Config& config, Terminal& terminal);
[[nodiscard]] ExitCode apply(const Config& config, Terminal& terminal);
[[nodiscard]] ExitCode run(const Config& config, Terminal& terminal);

/// Calls the command that is asked for, help included.
[[nodiscard]] ExitCode dispatch(const Invocation& invocation, Terminal& terminal);

}  // namespace cr::daemon
