#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <nlohmann/json.hpp>

#include "daemon/commands/apply_pace.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/one_shot.h"
#include "daemon/commands/process.h"
#include "daemon/commands/publish.h"
#include "daemon/commands/session.h"
#include "daemon/commands/specs_failure.h"
#include "daemon/diagnostics_json.h"
#include "daemon/json_fields.h"
#include "daemon/loop/next_start.h"
#include "daemon/version.h"
#include "metrics/recorder.h"
#include "reconcile/async/structured.h"
#include "reconcile/cycle.h"
#include "reconcile/report/render.h"
#include "reconcile/watch/build_watch.h"
#include "specs/duration.h"
#include "specs/source.h"

namespace cr::daemon {
namespace {

/// Keeps what was done, also of a cycle that did not get to its report.
class OutcomeCollector final : public reconcile::Observer {
 public:
  void on_action(const reconcile::Outcome& outcome) override { outcomes_.push_back(outcome); }
  void on_phase(reconcile::Phase phase, std::chrono::nanoseconds) override {
    planned_ = planned_ || phase == reconcile::Phase::plan;
  }
  /// Whether a cycle got so far that Coder had been read.
  [[nodiscard]] bool planned() const { return planned_; }
  [[nodiscard]] const std::vector<reconcile::Outcome>& outcomes() const { return outcomes_; }

 private:
  bool planned_ = false;
  std::vector<reconcile::Outcome> outcomes_;
};

reconcile::Limits limits_of_apply(const Config& config) {
  reconcile::Limits limits = limits_of_command(config);
  // It does not stay until agents have connected.
  limits.timings_after = std::chrono::seconds(0);
  return limits;
}

class Applying {
 public:
  Applying(const Config& config, Terminal& terminal, Session& session, OutcomeCollector& done,
           const AnswerWatch& watch, const specs::DesiredState& desired, const Selection& selection,
           const boost::asio::any_io_executor& executor)
      : config_(config),
        terminal_(terminal),
        session_(session),
        done_(done),
        desired_(desired),
        selection_(selection),
        reconciler_(session.client().readers(), session.client().writers(), session.clock(),
                    session.observer(), limits_of_apply(config)),
        builds_(config.wait ? Builds::must_have_ended : Builds::may_go_on),
        timeout_(config.timeout.value_or(kApplyTimeout)),
        limit_(session, watch, timeout_, config.shutdown_timeout),
        triggers_(executor),
        build_watch_(session.client().watcher(), session.clock(), told_of_builds()) {
    if (!config.approve.empty()) reconciler_.approve(config.approve);
  }

  async::awaitable<ExitCode> run() {
    std::exception_ptr failure;
    try {
      auto converging = converge();
      auto builds = build_watch_.run();
      co_await async::until_first_ends(std::move(converging), std::move(builds));
    } catch (...) {
      failure = std::current_exception();
    }
    const bool ended_any = last_ != nullptr;
    const bool cut_off = !ended_any && done_.planned();
    if (cut_off) last_ = report_cut_off();
    if (!last_) last_ = failure ? nothing_known(stopped()) : limit_.report_of_silence();
    if (!failure || ended_any || !done_.outcomes().empty() || config_.output == OutputFormat::json) report();
    if (failure) std::rethrow_exception(failure);
    const ExitCode code = exit_code_of(*last_, desired_, builds_);
    co_return cut_off || timed_out() ? std::max(code, ExitCode::not_converged) : code;
  }

 private:
  /// Cycles until nothing is left to do now, or the time is over.
  async::awaitable<void> converge() {
    while (true) {
      auto cycle = reconciler_.run_cycle(desired_);
      reconcile::ReportPtr ended = co_await limit_.bound(std::move(cycle));
      if (!ended) co_return;
      last_ = std::move(ended);
      const auto delay = next_apply_cycle(*last_, builds_);
      if (!delay) co_return;
      session_.show_builds(reconciler_.builds_seen());
      build_watch_.follow(reconciler_.builds_in_flight());
      // Ends of builds, one after another, must not make it read without a pause.
      const Pace pace{.interval = {}, .read_duration = last_->read_duration, .look_again_in = {}};
      const bool in_time = co_await limit_.wait(*delay, least_apart(pace), triggers_);
      if (!in_time) co_return;
    }
  }

  reconcile::BuildWatch::Told told_of_builds() {
    return {.on_end = [this] { triggers_.fire(Cause::build_ended); },
            .on_state = [this](const reconcile::LiveWorkspace& state) { session_.show_build(state); },
            .on_given_up = [this](const coder::WatchEnd& end) { log_given_up(session_.log(), end); }};
  }

  [[nodiscard]] bool timed_out() const { return limit_.over() == TimeLimit::Over::timeout; }

  /// Coder was read, and the first cycle did not come to the end of what was to be written.
  [[nodiscard]] reconcile::ReportPtr report_cut_off() const {
    auto report = std::make_shared<reconcile::CycleReport>();
    report->result = reconcile::CycleResult::partial;
    report->revision = desired_.revision;
    report->verdict.limit = config_.max_changes.for_declared(desired_.specs.size());
    return report;
  }

  static coder::ApiError stopped() {
    return {coder::ApiFault::unreachable, "stopped by a signal before Coder was read"};
  }

  void report() {
    session_.end_progress();
    tell_missing_of_sets(desired_, selection_, *last_, terminal_);
    if (config_.output == OutputFormat::json) {
      nlohmann::json made = reconcile::apply_json(done_.outcomes(), *last_);
      const Keys<json_parts::kApply> object(made);
      object["timedOut"] = timed_out();
      object["diagnostics"] = diagnostics_json(desired_, desired_.diagnostics.size());
      terminal_.out(reconcile::dump(made) + "\n");
    } else {
      terminal_.out(reconcile::render_apply_text(done_.outcomes(), *last_, {.colour = terminal_.out_colour}));
    }
    if (timed_out()) {
      terminal_.err("coder-reconciler: timed out: not everything has converged within " +
                    specs::format_duration(timeout_) + " (--timeout)\n");
    }
  }

  const Config& config_;
  Terminal& terminal_;
  Session& session_;
  OutcomeCollector& done_;
  const specs::DesiredState& desired_;
  const Selection& selection_;
  reconcile::Reconciler reconciler_;
  Builds builds_;
  std::chrono::nanoseconds timeout_;
  TimeLimit limit_;
  Triggers triggers_;
  reconcile::BuildWatch build_watch_;
  reconcile::ReportPtr last_;  ///< of the last cycle that ended; null before
};

/// The run up to its exit code. `recorder` has heard all of it, however it ends.
ExitCode converge(const Config& config, Terminal& terminal, metrics::Recorder& recorder,
                  boost::asio::io_context& io) {
  OutcomeCollector done;
  AnswerWatch watch;
  Session session(config, terminal, Session::Kind::command, {&done, &watch, &recorder});
  specs::SpecSource source(config.paths);
  const async::SteadyTime started = session.clock().now();
  const auto loaded = source.load();
  if (!loaded) {
    recorder.on_source_error();
    return specs_failure(loaded.error(), config.output, terminal);
  }
  session.observer().on_phase(reconcile::Phase::load, session.clock().now() - started);
  recorder.on_source_read(loaded->revision, true, session.clock().wall());
  const Selection selection{.labels = config.selector, .owners = config.owners, .names = config.names};
  const specs::DesiredState desired = select(*loaded, selection);
  for (const specs::Diagnostic& diagnostic : desired.diagnostics) terminal.err(specs::render(diagnostic));
  tell_missing(*loaded, selection, terminal);
  if (!session.connect()) return ExitCode::usage;
  Applying applying(config, terminal, session, done, watch, desired, selection, io.get_executor());
  SignalRules rules;
  rules.grace = config.shutdown_timeout;
  rules.on_stopping = [&](const char* name) {
    session.client().stop_waiting();
    session.log().warn("stopping: writes in flight finish, nothing new starts", {{"signal", name}});
  };
  return run_to_end(io, applying.run(), rules);
}

}  // namespace

ExitCode apply(const Config& config, Terminal& terminal) {
  metrics::Recorder recorder;
  recorder.set_build_info(version(), revision());
  boost::asio::io_context io(1);  // outlives the connections that the session keeps
  const auto end_with = [&](ExitCode code) {
    recorder.set_log_lines_dropped(terminal.log->dropped());
    recorder.on_run_ended(static_cast<int>(code));
    return publish(recorder, code, config, terminal, io);
  };
  ExitCode code = ExitCode::failure;
  try {
    code = converge(config, terminal, recorder, io);
  } catch (...) {
    // The failure is what people must hear of; what publishing says of itself comes before it.
    (void)end_with(ExitCode::failure);
    throw;
  }
  return end_with(code);
}

}  // namespace cr::daemon
