#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "daemon/commands/commands.h"
#include "daemon/commands/one_shot.h"
#include "daemon/commands/process.h"
#include "daemon/commands/session.h"
#include "daemon/commands/specs_failure.h"
#include "daemon/diagnostics_json.h"
#include "daemon/json_fields.h"
#include "reconcile/cycle.h"
#include "reconcile/report/render.h"
#include "specs/source.h"
#include "specs/visible.h"

namespace cr::daemon {
namespace {

/// Of a plan that nothing carries out.
constexpr std::string_view kChangesResult = "changes";

/// What would be too long for a comment in a pull request together with the longest plan.
constexpr std::size_t kLongestInvalid = 4000;

/// The specs that are not in the plan, in whole entries up to a bound.
std::string invalid_specs(const specs::DesiredState& desired) {
  if (desired.diagnostics.empty()) return {};
  std::string text;
  std::size_t shown = 0;
  for (const specs::Diagnostic& diagnostic : desired.diagnostics) {
    std::string entry = "- " + diagnostic.where.to_string() + ": ";
    if (!diagnostic.field.empty()) entry += diagnostic.field + ": ";
    entry += diagnostic.message;
    entry = specs::visible(entry);
    std::erase(entry, '`');
    if (text.size() + entry.size() > kLongestInvalid) break;
    text += entry + '\n';
    ++shown;
  }
  if (const std::size_t left = desired.diagnostics.size() - shown; left > 0)
    text += "… and " + std::to_string(left) + " more\n";
  return "\n**Invalid specs, not part of this plan:**\n\n```\n" + text + "```\n";
}

std::string rendered(const reconcile::CycleReport& report, const specs::DesiredState& desired,
                     OutputFormat output, bool colour) {
  switch (output) {
    case OutputFormat::text:
      return reconcile::render_plan_text(report, {.colour = colour});
    case OutputFormat::markdown:
      return reconcile::render_plan_markdown(report) + invalid_specs(desired);
    case OutputFormat::json: {
      nlohmann::json made = reconcile::plan_json(report);
      const Keys<json_parts::kPlan> object(made);
      // What a cycle that writes calls converged is still to be done here.
      if (report.result == reconcile::CycleResult::converged) object["result"] = kChangesResult;
      object["diagnostics"] = diagnostics_json(desired, desired.diagnostics.size());
      return reconcile::dump(made) + "\n";
    }
  }
  return {};
}

async::awaitable<ExitCode> plan_once(const Config& config, Terminal& terminal, Session& session,
                                     const AnswerWatch& watch, const specs::DesiredState& desired) {
  TimeLimit limit(session, watch, config.timeout.value_or(kPlanTimeout), {});
  // No writer: whatever the plan says, nothing here could carry it out.
  reconcile::Reconciler reconciler(session.client().reader(), nullptr, session.clock(), session.observer(),
                                   limits_of(config));
  auto cycle = reconciler.run_cycle(desired);
  reconcile::ReportPtr report = co_await limit.bound(std::move(cycle));
  if (!report) report = limit.report_of_silence();
  session.end_progress();
  terminal.out(rendered(*report, desired, config.output, terminal.out_colour));
  co_return exit_code_of_plan(*report, desired,
                              config.detailed_exitcode ? PlanExit::detailed : PlanExit::plain);
}

}  // namespace

ExitCode plan(const Config& config, Terminal& terminal) {
  specs::SpecSource source(config.paths);
  const auto loaded = source.load();
  if (!loaded) return specs_failure(loaded.error(), config.output, terminal);
  const Selection selection{.labels = config.selector, .owners = config.owners, .names = config.names};
  const specs::DesiredState desired = select(*loaded, selection);
  for (const specs::Diagnostic& diagnostic : desired.diagnostics) terminal.err(specs::render(diagnostic));
  tell_missing(*loaded, selection, terminal);
  boost::asio::io_context io(1);  // outlives the connections that the session keeps
  AnswerWatch watch;
  Session session(config, terminal, Session::Kind::command, {&watch});
  if (!session.connect()) return ExitCode::usage;
  return run_to_end(io, plan_once(config, terminal, session, watch, desired), {});
}

}  // namespace cr::daemon
