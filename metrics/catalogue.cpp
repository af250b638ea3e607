#include "metrics/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "reconcile/fields/field.h"
#include "reconcile/model/build_stage.h"
#include "reconcile/model/condition.h"
#include "reconcile/plan/action.h"
#include "reconcile/report/forecast_view.h"
#include "reconcile/report/report.h"
#include "reconcile/sets/reason.h"

namespace cr::metrics {

namespace {

using reconcile::ActionResult;
using reconcile::CycleResult;
using reconcile::FleetForecast;
using reconcile::Phase;
using reconcile::RetryReason;

constexpr ActionResult kActionResults[] = {ActionResult::success, ActionResult::failed,
                                           ActionResult::skipped};
constexpr CycleResult kCycleResults[] = {CycleResult::in_sync, CycleResult::converged, CycleResult::partial,
                                         CycleResult::held, CycleResult::failed};
constexpr reconcile::feed::Trust kTrust[] = {
    reconcile::feed::Trust::off, reconcile::feed::Trust::on_probation, reconcile::feed::Trust::trusted};
constexpr Phase kPhases[] = {Phase::load, Phase::read, Phase::resolve, Phase::plan, Phase::execute};
constexpr RetryReason kRetryReasons[] = {RetryReason::connect, RetryReason::timeout, RetryReason::throttled,
                                         RetryReason::server};

constexpr NotificationResult kNotificationResults[] = {
    NotificationResult::sent, NotificationResult::postponed, NotificationResult::refused,
    NotificationResult::dropped};
constexpr CommitStatusState kCommitStatusStates[] = {CommitStatusState::pending, CommitStatusState::success,
                                                     CommitStatusState::failure};
constexpr CommitStatusResult kCommitStatusResults[] = {
    CommitStatusResult::sent, CommitStatusResult::postponed, CommitStatusResult::rejected,
    CommitStatusResult::dropped};
constexpr ApprovalResult kApprovalResults[] = {ApprovalResult::approved, ApprovalResult::refused,
                                               ApprovalResult::mismatched};

constexpr BuildResult kBuildResults[] = {BuildResult::success, BuildResult::failed, BuildResult::canceled};

template <class Range>
std::vector<std::string_view> names_of(const Range& values) {
  std::vector<std::string_view> names;
  names.reserve(std::size(values));
  for (const auto& value : values) names.push_back(to_string(value));
  return names;
}

Metric counter(MetricId id, std::string_view name, std::string_view help, std::vector<Label> labels = {}) {
  return {id, name, Kind::counter, help, std::move(labels), {}};
}

Metric gauge(MetricId id, std::string_view name, std::string_view help, std::vector<Label> labels = {}) {
  return {id, name, Kind::gauge, help, std::move(labels), {}};
}

Metric histogram(MetricId id, std::string_view name, std::string_view help, std::vector<double> buckets,
                 std::vector<Label> labels = {}) {
  return {id, name, Kind::histogram, help, std::move(labels), std::move(buckets)};
}

Label open_label(std::string_view name) {
  return {name, {}};
}

std::vector<Metric> declare_all() {
  using enum MetricId;
  const Label route = open_label("route");
  const Label within = {"within", {FleetForecast::kSpanNames.begin(), FleetForecast::kSpanNames.end()}};
  const Label action = {"action", names_of(reconcile::all_action_kinds())};
  const Label code = {"code", {"none", "2xx", "3xx", "4xx", "5xx", "401", "403", "404", "409", "429"}};
  const std::vector<double> until_in_sync = {1, 5, 15, 60, 300, 900, 3600};
  return {
      gauge(build_info, "coder_reconciler_build_info", "Version of this program; the value is always 1.",
            {open_label("version"), open_label("revision")}),
      gauge(source_revision_info, "coder_reconciler_source_revision_info",
            "Revision of the specs that are in force; the value is always 1. Absent where there is no "
            "revision.",
            {open_label("revision")}),
      gauge(source_last_read, "coder_reconciler_source_last_read_timestamp_seconds",
            "When the specs were last read completely; 0 before the first time."),
      gauge(source_last_change, "coder_reconciler_source_last_change_timestamp_seconds",
            "When a read of the specs last found a change; 0 before the first time."),
      counter(source_read_errors, "coder_reconciler_source_read_errors_total",
              "Failed reads of the specs; the last good ones stayed in force."),
      gauge(specs, "coder_reconciler_specs",
            "Spec documents by state; suspended ones are valid but left alone, and not counted as valid.",
            {{"state", {"valid", "invalid", "duplicate", "suspended"}}}),
      gauge(workspaces, "coder_reconciler_workspaces",
            "Declared workspaces by the reason of their Ready condition.",
            {{"reason", names_of(reconcile::all_reasons())}}),
      gauge(drifted_fields, "coder_reconciler_drifted_fields",
            "Declared fields that differed from their declared value in the last cycle, before its actions.",
            {{"field", names_of(reconcile::fields_that_drift())}}),
      gauge(plan_actions, "coder_reconciler_plan_actions", "Actions in the last cycle's plan.", {action}),
      gauge(plan_held, "coder_reconciler_plan_held",
            "1 while the plan exceeds the limit (--max-changes) and waits for approval."),
      counter(actions, "coder_reconciler_actions_total", "Actions by result.",
              {action, {"result", names_of(kActionResults)}}),
      counter(cycles, "coder_reconciler_cycles_total", "Cycles by result.",
              {{"result", names_of(kCycleResults)}}),
      histogram(cycle_duration, "coder_reconciler_cycle_duration_seconds", "Duration of a cycle.",
                {0.1, 0.5, 1, 2.5, 5, 10, 30, 60}),
      histogram(cycle_phase_duration, "coder_reconciler_cycle_phase_duration_seconds",
                "Duration of each phase of a cycle.", {0.01, 0.1, 0.5, 2.5, 10},
                {{"phase", names_of(kPhases)}}),
      gauge(last_cycle, "coder_reconciler_last_cycle_timestamp_seconds",
            "End of the last cycle, whatever its result; 0 before the first one."),
      gauge(last_success, "coder_reconciler_last_success_timestamp_seconds",
            "End of the last cycle with a result other than failed: it read Coder and did what it was "
            "allowed to "
            "do. 0 before the first one."),
      histogram(convergence, "coder_reconciler_convergence_seconds",
                "From the change of a spec until its workspace was seen in sync.", until_in_sync),
      histogram(drift_repair, "coder_reconciler_drift_repair_seconds",
                "From the read that saw drift until the read that saw it gone.", until_in_sync),
      gauge(builds_in_flight, "coder_reconciler_builds_in_flight",
            "Workspace builds started by this program that have not finished yet."),
      counter(builds, "coder_reconciler_builds_total",
              "Workspace builds started by this program that have ended while it watched, by result.",
              {{"transition", {"start", "stop"}}, {"result", names_of(kBuildResults)}}),
      histogram(
          build_stage, "coder_reconciler_build_stage_seconds",
          "What took how long in these builds, as far as Coder says: the queue until a provisioner took "
          "it, Terraform's stages, start scripts, and agents until they connected.",
          {5, 30, 120, 600}, {{"stage", names_of(reconcile::kBuildStages)}}),
      counter(api_requests, "coder_reconciler_api_requests_total",
              "HTTP requests to Coder, counting every attempt, by class of status; some statuses stand "
              "alone, and "
              "none means that there was no response.",
              {route, open_label("method"), code}),
      histogram(api_request_duration, "coder_reconciler_api_request_duration_seconds",
                "Duration of HTTP requests to Coder, failed ones included.", {0.05, 0.2, 1, 5}, {route}),
      counter(api_retries, "coder_reconciler_api_retries_total",
              "Retries of requests to Coder, by what went wrong.", {{"reason", names_of(kRetryReasons)}}),
      gauge(api_rate_limit_remaining, "coder_reconciler_api_rate_limit_remaining",
            "Requests that Coder's rate limit still allows in this minute, according to its last response.",
            {route}),
      gauge(api_up, "coder_reconciler_api_up", "1 if the last request got a response from Coder."),
      gauge(token_expiry, "coder_reconciler_token_expiry_timestamp_seconds",
            "When the token expires; absent while that is unknown or never."),
      gauge(token_file_readable, "coder_reconciler_token_file_readable",
            "0 while the token file contains no token and the previous one stays in use; absent without a "
            "file."),
      gauge(workspaces_backing_off, "coder_reconciler_workspaces_backing_off",
            "Workspaces waiting for their next attempt after a failure."),
      gauge(workspaces_contested, "coder_reconciler_workspaces_contested",
            "Workspaces with a field that somebody else keeps changing back."),
      gauge(live_workspaces_read, "coder_reconciler_live_workspaces_read",
            "Live workspaces read by the last cycle, by how they were requested.",
            {{"how", {"ids", "owner", "name", "page"}}}),
      gauge(change_feed, "coder_reconciler_change_feed",
            "How the audit log is followed: 1 for the state that is in force.",
            {{"state", names_of(kTrust)}}),
      counter(change_feed_rows, "coder_reconciler_change_feed_rows_total",
              "Rows of the audit log that were read."),
      counter(change_feed_missed_changes, "coder_reconciler_change_feed_missed_changes_total",
              "Changes that a read found and no row of the audit log had told."),
      gauge(sweep_age, "coder_reconciler_sweep_age_seconds",
            "Age of the oldest read that the state of a declared workspace rests on."),
      gauge(starts_expected, "coder_reconciler_starts_expected",
            "Workspaces whose schedule starts them within so long.", {within}),
      gauge(stops_expected, "coder_reconciler_stops_expected",
            "Running workspaces that Coder stops within so long.", {within}),
      gauge(deletions_expected, "coder_reconciler_deletions_expected",
            "Dormant workspaces that Coder deletes within so long.", {within}),
      gauge(starts_blocked, "coder_reconciler_starts_blocked",
            "Workspaces whose schedule names a start within 24 h that will not come, for each of its causes; "
            "a dormant "
            "one, or one whose owner is suspended, counts for that alone.",
            {{"cause", names_of(reconcile::all_causes())}}),
      gauge(missed_starts, "coder_reconciler_missed_starts",
            "Workspaces whose start was due more than ten minutes ago and did not come."),
      gauge(
          exceptions, "coder_reconciler_exceptions",
          "Exceptions that specs declare (keepAwake, retain, suspend): open, yet to come, or over and still "
          "in the spec.",
          {{"kind", names_of(cr::specs::kExceptionKinds)}, {"state", names_of(cr::specs::kExceptionStates)}}),
      gauge(sets, "coder_reconciler_sets", "WorkspaceSets by the reason of their condition.",
            {{"reason", names_of(reconcile::sets::all_reasons())}}),
      gauge(set_members, "coder_reconciler_set_members",
            "Owners of all sets: present in the last cycle's read; unread, that is known from an earlier "
            "read since "
            "this one failed; or left, who were owners since the process began and are no more.",
            {{"state", {"present", "left", "unread"}}}),
      gauge(apply_exit_code, "coder_reconciler_apply_exit_code",
            "Exit code of the last run of apply. Only in a textfile or Pushgateway."),
      counter(http_requests, "coder_reconciler_http_requests_total",
              "Requests to this program's own server, by class of status; some statuses stand alone.",
              {route, {"code", {"2xx", "3xx", "4xx", "5xx", "401", "421", "429"}}}),
      counter(approvals, "coder_reconciler_approvals_total",
              "Requests to approve a held plan, by result: refused had no token or a wrong one, "
              "mismatched "
              "named a plan that is not held.",
              {{"result", names_of(kApprovalResults)}}),
      counter(notifications, "coder_reconciler_notifications_total",
              "Notifications by how sending them to one receiver ended: postponed is tried again, refused "
              "and dropped are lost.",
              {{"result", names_of(kNotificationResults)}}),
      counter(commit_statuses, "coder_reconciler_commit_statuses_total",
              "Tries to set the status of the specs' commit, by how they ended: postponed is tried again, "
              "rejected needs another setting, token or right, dropped is lost.",
              {{"state", names_of(kCommitStatusStates)}, {"result", names_of(kCommitStatusResults)}}),
      counter(log_lines_dropped, "coder_reconciler_log_lines_dropped_total",
              "Log lines dropped because nobody read standard error in time."),
      counter(defects, "coder_reconciler_defects_total",
              "Exceptions in this program, each of them a bug: what it was handling (a workspace, a "
              "request, "
              "a cycle) failed, and the rest went on."),
      counter(process_cpu_seconds, "process_cpu_seconds_total",
              "User and system CPU time spent, in seconds."),
      gauge(process_resident_memory, "process_resident_memory_bytes", "Resident memory, in bytes."),
      gauge(process_virtual_memory, "process_virtual_memory_bytes", "Virtual memory, in bytes."),
      gauge(process_open_fds, "process_open_fds", "File descriptors that are open."),
      gauge(process_max_fds, "process_max_fds", "File descriptors that may be open."),
      gauge(process_start_time, "process_start_time_seconds",
            "When the process started, since the Unix epoch."),
  };
}

std::string labels_cell(const Metric& metric) {
  std::string cell;
  for (const Label& label : metric.labels) {
    if (!cell.empty()) cell += "; ";
    fmt::format_to(std::back_inserter(cell), "`{}`", label.name);
    if (label.closed()) fmt::format_to(std::back_inserter(cell), " = {}", fmt::join(label.values, ", "));
  }
  return cell;
}

}  // namespace

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::counter:
      return "counter";
    case Kind::gauge:
      return "gauge";
    case Kind::histogram:
      return "histogram";
  }
  return {};
}

std::string_view to_string(Phase phase) {
  switch (phase) {
    case Phase::load:
      return "load";
    case Phase::read:
      return "read";
    case Phase::resolve:
      return "resolve";
    case Phase::plan:
      return "plan";
    case Phase::execute:
      return "execute";
  }
  return {};
}

std::string_view to_string(RetryReason reason) {
  switch (reason) {
    case RetryReason::connect:
      return "connect";
    case RetryReason::timeout:
      return "timeout";
    case RetryReason::throttled:
      return "throttled";
    case RetryReason::server:
      return "server";
  }
  return {};
}

std::string_view to_string(NotificationResult result) {
  switch (result) {
    case NotificationResult::sent:
      return "sent";
    case NotificationResult::postponed:
      return "postponed";
    case NotificationResult::refused:
      return "refused";
    case NotificationResult::dropped:
      return "dropped";
  }
  return "";
}

std::string_view to_string(CommitStatusState state) {
  switch (state) {
    case CommitStatusState::pending:
      return "pending";
    case CommitStatusState::success:
      return "success";
    case CommitStatusState::failure:
      return "failure";
  }
  return {};
}

std::string_view to_string(CommitStatusResult result) {
  switch (result) {
    case CommitStatusResult::sent:
      return "sent";
    case CommitStatusResult::postponed:
      return "postponed";
    case CommitStatusResult::rejected:
      return "rejected";
    case CommitStatusResult::dropped:
      return "dropped";
  }
  return {};
}

std::string_view to_string(ApprovalResult result) {
  switch (result) {
    case ApprovalResult::approved:
      return "approved";
    case ApprovalResult::refused:
      return "refused";
    case ApprovalResult::mismatched:
      return "mismatched";
  }
  return {};
}

std::string_view to_string(BuildResult result) {
  switch (result) {
    case BuildResult::success:
      return "success";
    case BuildResult::failed:
      return "failed";
    case BuildResult::canceled:
      return "canceled";
  }
  return {};
}

std::string_view served_code_label(int status) {
  switch (status) {
    case 401:
      return "401";
    case 421:
      return "421";
    case 429:
      return "429";
    default:
      break;
  }
  const int hundreds = status / 100;
  return hundreds == 2 ? "2xx" : hundreds == 3 ? "3xx" : hundreds == 4 ? "4xx" : "5xx";
}

std::string_view code_label(int status) {
  switch (status) {
    case 401:
      return "401";
    case 403:
      return "403";
    case 404:
      return "404";
    case 409:
      return "409";
    case 429:
      return "429";
    default:
      break;
  }
  switch (status / 100) {
    case 2:
      return "2xx";
    case 3:
      return "3xx";
    case 4:
      return "4xx";
    case 5:
      return "5xx";
    default:
      return "none";
  }
}

bool Metric::closed() const {
  return std::all_of(labels.begin(), labels.end(), [](const Label& label) { return label.closed(); });
}

std::span<const Metric> catalogue() {
  static const std::vector<Metric> all = declare_all();
  return all;
}

const Metric& describe(MetricId id) {
  return catalogue()[static_cast<std::size_t>(id)];
}

std::string to_markdown(std::span<const Metric> metrics) {
  std::string text = "| metric | type | labels | meaning |\n| --- | --- | --- | --- |\n";
  for (const Metric& metric : metrics) {
    std::string meaning{metric.help};
    if (!metric.buckets.empty()) {
      fmt::format_to(std::back_inserter(meaning), " Buckets: {}.", fmt::join(metric.buckets, ", "));
    }
    fmt::format_to(std::back_inserter(text), "| `{}` | {} | {} | {} |\n", metric.name, to_string(metric.kind),
                   labels_cell(metric), meaning);
  }
  return text;
}

}  // namespace cr::metrics
