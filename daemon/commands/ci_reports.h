#pragma once

#include <functional>
#include <string>

#include "daemon/ci/checks.h"
#include "daemon/commands/terminal.h"
#include "daemon/config/config.h"
#include "daemon/exit_code.h"

namespace cr::daemon {

/// Whether anybody asks for them.
[[nodiscard]] inline bool wants_ci_reports(const Config& config) {
  return !config.report_junit.empty() || !config.report_sarif.empty();
}

/// Where CI looks for the files of a report: the work tree of Git, or else the working directory.
[[nodiscard]] ci::Checkout checkout_here();

/// Reports as they are written; empty where none is asked for.
struct CiReports {
  std::string junit, sarif;
};
/// Leaves them where --report-junit and --report-sarif say; ends like write_ci_reports.
[[nodiscard]] ExitCode save_ci_reports(const CiReports& reports, ExitCode ended, const Config& config,
                                       Terminal& terminal);

/// Leaves what a command has found where --report-junit and --report-sarif say: either, both or neither.
///
/// `checks` is asked only where anything is to be written. Whatever goes wrong has been said on standard
/// error; it never changes what the command did. Its exit code stays unless it is `ok`: then `failure`, so
/// that a view that got lost is seen.
[[nodiscard]] ExitCode write_ci_reports(const std::function<ci::Checks()>& checks, ExitCode ended,
                                        const Config& config, Terminal& terminal);

}  // namespace cr::daemon
