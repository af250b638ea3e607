#include <utility>

#include "daemon/ci/checks.h"
#include "daemon/commands/baseline_file.h"
#include "daemon/commands/ci_reports.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/plan_by_daemon.h"
#include "daemon/commands/read_only.h"
#include "daemon/commands/spec_text.h"
#include "daemon/plan/plan_output.h"
#include "specs/field_places.h"

namespace cr::daemon {

ExitCode plan(const Config& config, Terminal& terminal) {
  if (!config.daemon_url.empty()) return plan_by_daemon(config, terminal);
  Baseline baseline = read_baseline(config, "plan", terminal);
  if (!baseline.good) return ExitCode::usage;
  const PlanWishes wishes{.output = config.output,
                          .colour = terminal.out_colour,
                          .detailed_exitcode = config.detailed_exitcode,
                          .checks = wants_ci_reports(config),
                          .baseline = std::move(baseline.document)};
  ci::Checks checks = ci::failed("plan", "it ended before anything was known");
  const auto show = [&](const reconcile::CycleReport& report, const specs::DesiredState& desired) {
    specs::FieldPlaces places(read_spec_text);
    PlanOutput made = plan_output(report, desired, wishes, places);
    if (made.checks) checks = std::move(*made.checks);
    return Shown{std::move(made.text), made.code};
  };
  const auto failed = [&](std::string_view why) { checks = ci::failed("plan", why); };
  const ExitCode code =
      run_read_only(config, terminal, {.show = show, .failed = failed, .shows_drift = true});
  return write_ci_reports([&] { return std::move(checks); }, code, config, terminal);
}

}  // namespace cr::daemon
