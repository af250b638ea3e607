#include "daemon/commands/ci_reports.h"

#include <chrono>
#include <string>

#include "daemon/ci/junit.h"
#include "daemon/ci/sarif.h"
#include "metrics/replace_file.h"
#include "reconcile/async/clock.h"
#include "specs/visible.h"

namespace cr::daemon {

ExitCode write_ci_reports(const std::function<ci::Checks()>& checks, ExitCode ended, const Config& config,
                          Terminal& terminal) {
  if (!wants_ci_reports(config)) return ended;
  async::SystemClock clock;
  ci::Checks found = checks();
  found.at = std::chrono::floor<std::chrono::seconds>(clock.wall());
  bool good = true;
  const auto write = [&](std::string_view setting, const std::string& file, const std::string& text) {
    const std::string problem = metrics::replace_file(file, text);
    if (problem.empty()) return;
    good = false;
    terminal.err("coder-reconciler: " + std::string(setting) + ": " + specs::visible(problem) + "\n");
  };
  if (!config.report_junit.empty()) write("--report-junit", config.report_junit, ci::junit(found));
  if (!config.report_sarif.empty()) write("--report-sarif", config.report_sarif, ci::sarif(found));
  return ended == ExitCode::ok && !good ? ExitCode::failure : ended;
}

}  // namespace cr::daemon
