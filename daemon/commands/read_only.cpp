#include "daemon/commands/read_only.h"

#include <boost/asio/io_context.hpp>

#include "daemon/commands/one_shot.h"
#include "daemon/commands/process.h"
#include "daemon/commands/session.h"
#include "daemon/commands/specs_failure.h"
#include "reconcile/cycle.h"
#include "specs/source.h"

namespace cr::daemon {
namespace {

async::awaitable<ExitCode> one_cycle(const Config& config, Terminal& terminal, Session& session,
                                     const AnswerWatch& watch, const specs::DesiredState& desired,
                                     const Selection& selection, const ReadOnly& command) {
  TimeLimit limit(session, watch, config.timeout.value_or(kPlanTimeout), {});
  reconcile::Reconciler reconciler(session.client().readers(), {}, session.clock(), session.observer(),
                                   command.shows_drift ? limits_of_command(config) : limits_of(config));
  auto cycle = reconciler.run_cycle(desired);
  reconcile::ReportPtr report = co_await limit.bound(std::move(cycle));
  if (!report) report = limit.report_of_silence();
  session.end_progress();
  tell_missing_of_sets(desired, selection, *report, terminal);
  const Shown shown = command.show(*report, desired);
  terminal.out(shown.text);
  co_return shown.code;
}

}  // namespace

ExitCode run_read_only(const Config& config, Terminal& terminal, const ReadOnly& command) {
  specs::SpecSource source(config.paths);
  const auto loaded = source.load();
  if (!loaded) {
    if (command.failed) command.failed(loaded.error().message());
    return specs_failure(loaded.error(), config.output, terminal);
  }
  const Selection selection{.labels = config.selector, .owners = config.owners, .names = config.names};
  const specs::DesiredState desired = select(*loaded, selection);
  for (const specs::Diagnostic& diagnostic : desired.diagnostics) terminal.err(specs::render(diagnostic));
  tell_missing(*loaded, selection, terminal);
  boost::asio::io_context io(1);  // outlives the connections that the session keeps
  AnswerWatch watch;
  Session session(config, terminal, Session::Kind::command, {&watch});
  if (!session.connect()) return ExitCode::usage;
  return run_to_end(io, one_cycle(config, terminal, session, watch, desired, selection, command), {});
}

}  // namespace cr::daemon
