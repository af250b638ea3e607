#pragma once

#include "daemon/commands/terminal.h"
#include "daemon/config/config.h"
#include "daemon/exit_code.h"
#include "daemon/selector.h"
#include "specs/source.h"

namespace cr::daemon {

/// Reports that the specs could not be read at all, on standard error and, where JSON is asked for, as JSON
/// too.
[[nodiscard]] ExitCode specs_failure(const specs::SourceError& error, OutputFormat output,
                                     Terminal& terminal);

/// Says on standard error what what_is_missing() finds. Whether there was anything to say.
bool tell_missing(const specs::DesiredState& loaded, const Selection& selection, Terminal& terminal);

/// Likewise what what_sets_do_not_have() finds.
void tell_missing_of_sets(const specs::DesiredState& desired, const Selection& selection,
                          const reconcile::CycleReport& report, Terminal& terminal);

}  // namespace cr::daemon
