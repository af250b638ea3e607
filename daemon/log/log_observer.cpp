#include "daemon/log/log_observer.h"

#include <algorithm>

#include "daemon/log/change.h"
#include "metrics/catalogue.h"
#include "reconcile/plan/action.h"
#include "reconcile/report/build_words.h"
#include "reconcile/report/changed_rows.h"
#include "specs/name.h"

namespace cr::daemon {
namespace {

using reconcile::CycleReport;
using reconcile::CycleResult;
using reconcile::WorkspaceStatus;
using reconcile::sets::SetStatus;

constexpr std::size_t kMostLines = 100;  ///< of a cycle

LogField number(LogKey key, std::string value) {
  return {key, std::move(value), true};
}

LogField text(LogKey key, std::string_view value) {
  return {key, std::string{value}};
}

void add_error(std::vector<LogField>& fields, const coder::ApiError& error) {
  if (error.status != 0) fields.push_back(number("status", std::to_string(error.status)));
  if (!error.request_id.empty()) fields.push_back(text("request_id", error.request_id));
  fields.push_back(text("error", error.to_string()));
}

LogLevel level_of(CycleResult result) {
  switch (result) {
    case CycleResult::in_sync:
    case CycleResult::converged:
      return LogLevel::info;
    case CycleResult::partial:
    case CycleResult::held:
      return LogLevel::warn;
    case CycleResult::failed:
      return LogLevel::error;
  }
  return LogLevel::error;
}

void log_condition(Logger& log, const WorkspaceStatus& status, const WorkspaceStatus* before) {
  const specs::Identity identity = specs::identity_of(*status.spec);
  const auto reason = status.ready.reason;
  // A suspension is somebody's order.
  const bool grave =
      reason != reconcile::Reason::Suspended &&
      (reconcile::waits_for_person(reason) || reconcile::ready_of(reason) == reconcile::Ready::Unknown);
  std::vector<LogField> fields{text("workspace", identity.name), text("owner", identity.owner)};
  if (before != nullptr) fields.push_back(text("old", reconcile::to_string(before->ready.reason)));
  fields.push_back(text("new", reconcile::to_string(reason)));
  if (!status.ready.message.empty()) fields.push_back(text("reason", status.ready.message));
  log.log({grave ? LogLevel::warn : LogLevel::info, "condition changed", std::move(fields)});
}

void log_set(Logger& log, const SetStatus& set, const SetStatus* before, bool turned) {
  std::vector<LogField> fields{text("set", set.name)};
  if (turned && before != nullptr) fields.push_back(text("old", reconcile::sets::to_string(before->reason)));
  if (turned) fields.push_back(text("new", reconcile::sets::to_string(set.reason)));
  fields.push_back(number("members", std::to_string(set.members)));
  fields.push_back(number("left", std::to_string(set.left)));
  if (turned && !set.message.empty()) fields.push_back(text("reason", set.message));
  const bool grave = turned && reconcile::sets::ready_of(set.reason) != reconcile::Ready::True;
  log.log({grave ? LogLevel::warn : LogLevel::info,
           turned ? "set condition changed" : "owners of a set changed", std::move(fields)});
}

}  // namespace

void LogObserver::on_request(const reconcile::RequestDone& request) {
  if (!log_.enabled(LogLevel::debug)) return;
  std::vector<LogField> fields{text("method", request.method), text("route", request.route),
                               number("status", std::to_string(request.status)),
                               number("duration", duration_text(request.duration))};
  if (!request.request_id.empty()) fields.push_back(text("request_id", request.request_id));
  log_.debug("request", std::move(fields));
}

void LogObserver::on_retry(reconcile::RetryReason reason, const coder::ApiError& error) {
  std::vector<LogField> fields{text("reason", metrics::to_string(reason))};
  add_error(fields, error);
  log_.warn("retrying a request", std::move(fields));
}

void LogObserver::on_token_file(std::string_view problem) {
  if (!problem.empty()) {
    log_.warn("cannot use the token file; the previous token stays in use", {text("error", problem)});
  } else if (token_file_is_bad_) {
    log_.info("the token file can be used again");
  }
  token_file_is_bad_ = !problem.empty();
}

void LogObserver::on_phase(reconcile::Phase phase, std::chrono::nanoseconds duration) {
  if (!log_.enabled(LogLevel::debug)) return;
  log_.debug("phase ended",
             {text("phase", metrics::to_string(phase)), number("duration", duration_text(duration))});
}

void LogObserver::on_defect(const specs::Identity& workspace, std::string_view what) {
  log_.error("internal error while handling a workspace; please report this bug",
             {text("workspace", workspace.name), text("owner", workspace.owner), text("error", what)});
}

void LogObserver::on_action(const reconcile::Outcome& outcome) {
  const specs::Identity& workspace = reconcile::workspace_of(outcome.action);
  const LoggedChange change = logged_change(outcome.action);
  std::vector<LogField> fields{text("workspace", workspace.name), text("owner", workspace.owner),
                               text("action", reconcile::to_string(reconcile::kind_of(outcome.action)))};
  if (!change.field.empty()) {
    fields.push_back(text("field", change.field));
    if (!change.from.empty()) fields.push_back(text("old", change.from));
    fields.push_back(text("new", change.to));
    if (!change.by.empty()) fields.push_back(text("set_by", change.by));
  }
  if (outcome.error) {
    add_error(fields, *outcome.error);
  } else if (!outcome.request_id.empty()) {
    fields.push_back(text("request_id", outcome.request_id));
  }
  if (!outcome.note.empty()) fields.push_back(text("reason", outcome.note));
  fields.push_back(number("duration", duration_text(outcome.duration)));
  switch (outcome.result) {
    case reconcile::ActionResult::success:
      return log_.info("action done", std::move(fields));
    case reconcile::ActionResult::failed:
      return log_.error("action failed", std::move(fields));
    case reconcile::ActionResult::skipped:
      return log_.info("action skipped", std::move(fields));
  }
}

void LogObserver::on_build_ended(const specs::Identity& workspace, const reconcile::SeenBuild& build) {
  log_build(LogLevel::info, "build ended", workspace, build);
}

void LogObserver::on_build_timed(const specs::Identity& workspace, const reconcile::SeenBuild& build,
                                 const reconcile::StageTimes&) {
  log_build(LogLevel::debug, "build timed", workspace, build);
}

void LogObserver::log_build(LogLevel level, std::string_view event, const specs::Identity& workspace,
                            const reconcile::SeenBuild& build) {
  if (!log_.enabled(level)) return;
  log_.log({level,
            event,
            {text("workspace", workspace.name), text("owner", workspace.owner),
             text("result", reconcile::in_words(build))}});
}

void LogObserver::on_cycle(const CycleReport& report) {
  const auto in_sync = report.count(reconcile::Reason::InSync);
  std::vector<LogField> fields{text("result", reconcile::to_string(report.result)),
                               number("workspaces", std::to_string(report.workspaces.size())),
                               number("in_sync", std::to_string(in_sync)),
                               number("actions", std::to_string(report.outcomes.size()))};
  if (!report.revision.empty()) fields.push_back(text("revision", report.revision));
  if (report.failure) add_error(fields, *report.failure);
  if (!report.internal_error.empty()) fields.push_back(text("error", report.internal_error));
  if (report.verdict.held) fields.push_back(text("reason", report.verdict.message));
  fields.push_back(number("duration", duration_text(report.duration)));
  const LogLevel level = cycles_ == Cycles::are_events ? level_of(report.result) : LogLevel::debug;
  log_.log({level, "cycle ended", std::move(fields)});
}

void log_set_transitions(Logger& log, const CycleReport* previous, const CycleReport& current) {
  std::size_t written = 0, left_out = 0;
  for (const SetStatus& set : current.sets) {
    const SetStatus* before = nullptr;
    if (previous != nullptr) {
      const auto found = std::ranges::lower_bound(
          previous->sets, set.name,
          [](std::string_view a, std::string_view b) { return specs::compare_lower(a, b) < 0; },
          &SetStatus::name);
      if (found != previous->sets.end() && found->name == set.name) before = &*found;
    }
    // Who is held may become another number without a change of the reason.
    const bool turned = !before || before->reason != set.reason || before->digest != set.digest;
    if (!turned && before->members == set.members && before->left == set.left) continue;
    if (written++ < kMostLines) {
      log_set(log, set, before, turned);
    } else {
      ++left_out;
    }
  }
  if (left_out > 0)
    log.warn("more sets changed than are logged", {{"count", std::to_string(left_out), true}});
}

void log_transitions(Logger& log, const CycleReport* previous, const CycleReport& current) {
  std::size_t written = 0, left_out = 0;
  const reconcile::Rows before = previous == nullptr ? reconcile::Rows() : previous->workspaces;
  reconcile::for_each_changed_row(
      before, current.workspaces, [&](const WorkspaceStatus* match, const WorkspaceStatus& status) {
        const bool changed = match != nullptr ? match->ready.reason != status.ready.reason
                                              : status.ready.reason != reconcile::Reason::InSync;
        if (!changed) return;
        written < kMostLines ? ++written : ++left_out;
        if (left_out == 0) log_condition(log, status, match);
      });
  if (left_out > 0) {
    log.warn("more conditions changed than are logged", {{"count", std::to_string(left_out), true}});
  }
}

}  // namespace cr::daemon
