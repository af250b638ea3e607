#include "daemon/commands/ci_reports.h"

#include <chrono>
#include <filesystem>
#include <string>
#include <system_error>

#include "daemon/ci/junit.h"
#include "daemon/ci/sarif.h"
#include "metrics/replace_file.h"
#include "reconcile/async/clock.h"

namespace cr::daemon {
namespace {

namespace fs = std::filesystem;

}  // namespace

ci::Checkout checkout_here() {
  std::error_code failed;
  const fs::path here = fs::current_path(failed);
  if (failed) return {};
  for (fs::path folder = here;; folder = folder.parent_path()) {
    if (fs::exists(folder / ".git", failed)) return {.root = folder, .working_dir = here};
    if (!folder.has_relative_path()) return {.root = here, .working_dir = here};
  }
}

ExitCode save_ci_reports(const CiReports& reports, ExitCode ended, const Config& config, Terminal& terminal) {
  bool good = true;
  const auto write = [&](std::string_view setting, const std::string& file, const std::string& text) {
    const std::string problem = metrics::replace_file(file, text);
    if (problem.empty()) return;
    good = false;
    say(terminal, std::string(setting) + ": " + problem);
  };
  if (!config.report_junit.empty()) write("--report-junit", config.report_junit, reports.junit);
  if (!config.report_sarif.empty()) write("--report-sarif", config.report_sarif, reports.sarif);
  return ended == ExitCode::ok && !good ? ExitCode::failure : ended;
}

ExitCode write_ci_reports(const std::function<ci::Checks()>& checks, ExitCode ended, const Config& config,
                          Terminal& terminal) {
  if (!wants_ci_reports(config)) return ended;
  async::SystemClock clock;
  ci::Checks found = checks();
  found.checkout = checkout_here();
  found.at = std::chrono::floor<std::chrono::seconds>(clock.wall());
  return save_ci_reports({.junit = config.report_junit.empty() ? "" : ci::junit(found),
                          .sarif = config.report_sarif.empty() ? "" : ci::sarif(found)},
                         ended, config, terminal);
}

}  // namespace cr::daemon
