#include "daemon/loop/loop.h"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <utility>

#include "daemon/log/log_observer.h"
#include "daemon/loop/next_start.h"

namespace cr::daemon {
namespace {

using namespace std::chrono_literals;
using reconcile::CycleReport;
using reconcile::CycleResult;
using reconcile::ReportPtr;

/// More than any single step takes, retries and deadlines included.
constexpr std::chrono::nanoseconds kStepAllowance = 5min;
/// What the wait for the next cycle may take longer than asked for.
constexpr std::chrono::nanoseconds kWaitGrace = 30s;
constexpr std::chrono::nanoseconds kLeastApart = 1s;

void beat(LoopParts& parts, std::chrono::nanoseconds allowed) {
  parts.shown.beat({parts.clock.now(), allowed});
}

void tell_unreadable(LoopParts& parts, const std::string& message) {
  Board& board = parts.board;
  const bool is_new = std::exchange(board.stale, message) != message;
  parts.shown.publish(board);
  parts.on_specs_error();
  if (!is_new) return;
  parts.log.error(board.desired ? "cannot read the specs; the last good ones stay in force"
                                : "cannot read the specs; nothing is changed until they can be read",
                  {{"error", message}});
}

void log_specs(Logger& log, const specs::DesiredState& desired) {
  std::vector<LogField> fields{{"specs", std::to_string(desired.specs.size()), true}};
  if (!desired.sets.empty()) fields.push_back({"sets", std::to_string(desired.sets.size()), true});
  fields.push_back({"invalid", std::to_string(desired.invalid_documents), true});
  fields.push_back({"duplicates", std::to_string(desired.duplicate_documents), true});
  if (!desired.revision.empty()) fields.push_back({"revision", desired.revision});
  log.info("specs read", std::move(fields));
  for (const specs::Diagnostic& diagnostic : desired.diagnostics) {
    log.error(
        "a spec is invalid",
        {{"position", diagnostic.where.to_string()},
         {"field", diagnostic.field},
         {"error", diagnostic.message + (diagnostic.remedy.empty() ? "" : " (" + diagnostic.remedy + ')')}});
  }
}

/// Loads the specs onto the board. Whether there is anything new to converge to. A load that does not end
/// shows in the heartbeat.
async::awaitable<bool> refresh(LoopParts& parts) {
  beat(parts, kStepAllowance);
  const async::SteadyTime started = parts.clock.now();
  auto loading = parts.load(parts.board.desired);
  const LoadResult loaded = co_await std::move(loading);
  parts.observer.on_phase(reconcile::Phase::load, parts.clock.now() - started);
  Board& board = parts.board;
  if (!loaded) {
    tell_unreadable(parts, loaded.error().message());
    co_return false;
  }
  const bool readable_again = !std::exchange(board.stale, {}).empty();
  board.specs_read = parts.clock.wall();
  if (!board.desired || board.desired->revision != loaded->desired->revision) {
    board.revision_since = board.specs_read;
    board.commit = loaded->commit;
  }
  board.desired = loaded->desired;
  board.checkouts = loaded->checkouts;
  parts.shown.publish(board);
  parts.on_specs_read(*board.desired, loaded->changed);
  if (readable_again) parts.log.info("the specs can be read again");
  if (loaded->changed) log_specs(parts.log, *board.desired);
  for (const std::string& missing : loaded->missing) {
    parts.log.warn("the filters match less than expected", {{"reason", missing}});
  }
  co_return loaded->changed;
}

ReportPtr report_of_defect(const LoopParts& parts, const std::exception& defect, async::WallTime started) {
  auto report = std::make_shared<CycleReport>();
  report->result = CycleResult::failed;
  report->internal_error = defect.what();
  report->started = started;
  report->ended = parts.clock.wall();
  report->revision = parts.board.desired->revision;
  return report;
}

/// One cycle, whose own failures are a report. Only cancellation gets out.
async::awaitable<ReportPtr> run_guarded(LoopParts& parts) {
  const async::WallTime started = parts.clock.wall();
  const auto desired = parts.board.desired;
  try {
    co_return co_await parts.cycle(*desired);
  } catch (const boost::system::system_error& error) {
    if (error.code() == boost::asio::error::operation_aborted) throw;
    co_return report_of_defect(parts, error, started);
  } catch (const std::exception& error) {
    co_return report_of_defect(parts, error, started);
  }
}

/// The board first: whoever hears of the cycle's end finds it there. Returns the report that it replaces.
ReportPtr publish(LoopParts& parts, const ReportPtr& report) {
  Board& board = parts.board;
  ReportPtr before = std::exchange(board.report, report);
  if (parts.builds) board.builds = std::make_shared<const reconcile::BuildsSeen>(parts.builds());
  board.history.add(*report);
  board.trend.add(*report);
  if (report->result == CycleResult::failed) {
    board.cycles.failure = report->failure ? report->failure->to_string() : report->internal_error;
    // What was known of each workspace stays on show; a cycle that could not begin knows nothing better.
    if (before && report->workspaces.empty() && !before->workspaces.empty()) {
      auto merged = std::make_shared<CycleReport>(*report);
      merged->workspaces = before->workspaces;
      if (merged->sets.empty()) merged->sets = before->sets;
      board.report = std::move(merged);
    }
  } else {
    board.cycles.failure.clear();
    board.cycles.last_success = parts.clock.now();
  }
  parts.shown.publish(board);
  parts.observer.on_cycle(*report);
  log_set_transitions(parts.log, before.get(), *report);
  log_transitions(parts.log, before.get(), *report);
  return before;
}

bool read_whole(const CycleReport& report) {
  const auto is_known = [](reconcile::Reason reason) {
    return reconcile::ready_of(reason) != reconcile::Ready::Unknown;
  };
  return report.result != CycleResult::failed && report.workspaces.counts().all(is_known);
}

/// Waits for the time of the next cycle, or for a trigger that is worth one. `begun` is when the last cycle
/// did: the next one that is merely asked for comes no sooner than a second after.
async::awaitable<void> wait_for_next(LoopParts& parts, const Pace& pace, async::SteadyTime begun,
                                     bool& specs_are_fresh) {
  const async::SteadyTime deadline =
      parts.clock.now() +
      std::chrono::duration_cast<async::SteadyTime::duration>(time_to_next(pace, parts.random()));
  parts.board.next_cycle = deadline;
  parts.shown.publish(parts.board);
  while (true) {
    beat(parts, deadline - parts.clock.now() + kWaitGrace);
    co_await parts.triggers.wait_until(parts.clock, deadline);
    const auto after_builds =
        begun + std::chrono::duration_cast<async::SteadyTime::duration>(least_apart(pace));
    while (parts.triggers.only_builds_ended() && parts.clock.now() < std::min(after_builds, deadline))
      co_await parts.triggers.wait_until(parts.clock, std::min(after_builds, deadline));
    if (parts.triggers.only_asked_for() && parts.clock.now() < begun + kLeastApart)
      co_await parts.clock.sleep_until(begun + kLeastApart);
    const std::string causes = parts.triggers.take_causes();
    const bool only_files = causes == to_string(Cause::specs_changed);
    if (only_files && parts.clock.now() < deadline) {
      const bool changed = co_await refresh(parts);
      if (!changed) continue;
      specs_are_fresh = true;
    }
    std::vector<LogField> fields{{"reason", causes}};
    const auto late = parts.clock.now() - deadline;
    if (late >= 0s) fields.push_back({"late", duration_text(late), true});
    parts.log.debug("cycle starts", std::move(fields));
    co_return;
  }
}

}  // namespace

async::awaitable<void> run_loop(LoopParts& parts) {
  bool specs_are_fresh = false;
  std::chrono::nanoseconds whole_read{0};
  parts.board.cycles.interval = parts.interval;
  while (true) {
    beat(parts, kStepAllowance);
    parts.board.next_cycle.reset();
    parts.shown.publish(parts.board);
    if (!specs_are_fresh) co_await refresh(parts);
    specs_are_fresh = false;
    async::SteadyTime begun = parts.clock.now();
    Pace pace{.interval = parts.interval, .read_duration = {}, .look_again_in = {}};
    ReportPtr replaced;
    if (parts.board.desired) {
      begun = parts.clock.now();
      const ReportPtr report = co_await run_guarded(parts);
      // A read that fails may take as long as it likes: it says nothing of what reading costs Coder.
      if (read_whole(*report)) whole_read = report->read_duration;
      pace.read_duration = whole_read;
      pace.look_again_in = report->look_again_in;
      parts.board.cycles.stretched = effective_interval(pace);
      replaced = publish(parts, report);
    } else {
      parts.board.cycles.failure = "the specs cannot be read: " + parts.board.stale;
    }
    if (parts.end_turn) parts.end_turn(std::move(replaced));
    co_await wait_for_next(parts, pace, begun, specs_are_fresh);
  }
}

void HeartbeatObserver::on_request(const reconcile::RequestDone& request) {
  const bool answered = request.status != 0;
  if (answered && !request.reads_workspaces) beat();
}

void HeartbeatObserver::beat() {
  board_.beat({clock_.now(), kStepAllowance});
}

}  // namespace cr::daemon
