#include "daemon/loop/loop.h"

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

bool says_the_same(const specs::DesiredState& a, const specs::DesiredState& b) {
  if (a.specs.size() != b.specs.size() || a.revision != b.revision || a.diagnostics != b.diagnostics)
    return false;
  for (std::size_t i = 0; i < a.specs.size(); ++i) {
    // Files that did not change give the same object again.
    if (a.specs[i] != b.specs[i] && !(*a.specs[i] == *b.specs[i])) return false;
  }
  return true;
}

/// Loads the specs onto the board. Whether there is anything new to converge to.
bool refresh(LoopParts& parts) {
  const async::SteadyTime started = parts.clock.now();
  auto loaded = parts.load();
  parts.observer.on_phase(reconcile::Phase::load, parts.clock.now() - started);
  Board& board = parts.board;
  if (!loaded) {
    const std::string message = loaded.error().message();
    parts.on_specs_error();
    if (board.stale != message) {
      parts.log.error(board.desired ? "can't read the specs; the last good ones stay in force"
                                    : "can't read the specs; nothing is done until they can be read",
                      {{"error", message}});
    }
    board.stale = message;
    return false;
  }
  auto selected = std::make_shared<const specs::DesiredState>(select(*loaded, parts.selection));
  const bool changed = !board.desired || !says_the_same(*board.desired, *selected);
  if (!board.stale.empty()) parts.log.info("the specs can be read again");
  board.stale.clear();
  board.specs_read = parts.clock.wall();
  if (!board.desired || board.desired->revision != selected->revision)
    board.revision_since = board.specs_read;
  if (changed) {
    std::vector<LogField> fields{{"specs", std::to_string(selected->specs.size()), true},
                                 {"invalid", std::to_string(selected->invalid_documents), true},
                                 {"duplicates", std::to_string(selected->duplicate_documents), true}};
    if (!selected->revision.empty()) fields.push_back({"revision", selected->revision});
    parts.log.info("specs read", std::move(fields));
    for (const specs::Diagnostic& diagnostic : selected->diagnostics) {
      parts.log.error("a spec is invalid",
                      {{"position", diagnostic.where.to_string()},
                       {"field", diagnostic.field},
                       {"error", diagnostic.message +
                                     (diagnostic.remedy.empty() ? "" : " (" + diagnostic.remedy + ')')}});
    }
    board.desired = std::move(selected);
  }
  parts.on_specs_read(*board.desired, changed);
  return changed;
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
    ReportPtr report = report_of_defect(parts, error, started);
    parts.observer.on_cycle(*report);
    co_return report;
  } catch (const std::exception& error) {
    ReportPtr report = report_of_defect(parts, error, started);
    parts.observer.on_cycle(*report);
    co_return report;
  }
}

void publish(LoopParts& parts, ReportPtr report) {
  Board& board = parts.board;
  log_transitions(parts.log, board.report.get(), *report);
  board.history.add(*report);
  if (report->result == CycleResult::failed) {
    board.cycles.failure = report->failure ? report->failure->to_string() : report->internal_error;
    // What was known of each workspace stays on show; a cycle that could not begin knows nothing better.
    if (board.report && report->workspaces.empty() && !board.report->workspaces.empty()) {
      auto merged = std::make_shared<CycleReport>(*report);
      merged->workspaces = board.report->workspaces;
      report = std::move(merged);
    }
  } else {
    board.cycles.failure.clear();
    board.cycles.last_success = parts.clock.now();
  }
  board.report = std::move(report);
}

void beat(LoopParts& parts, std::chrono::nanoseconds allowed) {
  parts.board.heartbeat = {parts.clock.now(), allowed};
}

/// Waits for the time of the next cycle, or for a trigger that is worth one.
async::awaitable<void> wait_for_next(LoopParts& parts, const Pace& pace, bool& specs_are_fresh) {
  const async::SteadyTime deadline =
      parts.clock.now() +
      std::chrono::duration_cast<async::SteadyTime::duration>(time_to_next(pace, parts.random()));
  parts.board.next_cycle = deadline;
  while (true) {
    beat(parts, deadline - parts.clock.now() + kWaitGrace);
    co_await parts.triggers.wait_until(parts.clock, deadline);
    const std::string causes = parts.triggers.take_causes();
    const bool only_files = causes == to_string(Cause::specs_changed);
    if (only_files && parts.clock.now() < deadline) {
      if (!refresh(parts)) continue;
      specs_are_fresh = true;
    }
    parts.log.debug("cycle starts", {{"reason", causes}});
    co_return;
  }
}

}  // namespace

async::awaitable<void> run_loop(LoopParts& parts) {
  bool specs_are_fresh = false;
  while (true) {
    beat(parts, kStepAllowance);
    parts.board.next_cycle.reset();
    if (!specs_are_fresh) refresh(parts);
    specs_are_fresh = false;
    Pace pace{.interval = parts.interval, .read_duration = {}, .look_again_in = {}};
    if (parts.board.desired) {
      ReportPtr report = co_await run_guarded(parts);
      pace.read_duration = report->read_duration;
      pace.look_again_in = report->look_again_in;
      parts.board.cycles.interval = effective_interval(pace);
      publish(parts, std::move(report));
    } else {
      parts.board.cycles.interval = parts.interval;
      parts.board.cycles.failure = "the specs can't be read: " + parts.board.stale;
    }
    co_await wait_for_next(parts, pace, specs_are_fresh);
  }
}

void HeartbeatObserver::beat() {
  board_.heartbeat = {clock_.now(), kStepAllowance};
}

}  // namespace cr::daemon
