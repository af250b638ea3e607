#include "metrics/recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "metrics/catalogue.h"
#include "metrics/exposition.h"
#include "reconcile/plan/action.h"
#include "reconcile/report/render.h"
#include "reconcile/report/report.h"
#include "tests/support/fields.h"
#include "tests/support/report_rows.h"
#include "tests/unit/metrics/samples.h"

namespace cr::metrics {
namespace {

using namespace std::chrono_literals;
using reconcile::ActionResult;
using reconcile::CycleReport;
using reconcile::CycleResult;
using reconcile::Field;
using reconcile::Reason;
using reconcile::RequestDone;
using reconcile::WorkspaceStatus;
using testing::Samples;

constexpr async::WallTime kNoon{std::chrono::milliseconds{1'764'000'000'500}};

Samples scrape(const Recorder& recorder) {
  return testing::parse_samples(exposition(recorder, {}));
}

double value_of(const Samples& samples, const std::string& name) {
  const auto found = samples.find(name);
  if (found != samples.end()) return found->second;
  ADD_FAILURE() << "no sample " << name;
  return -1;
}
double value_of(const Recorder& recorder, const std::string& name) {
  return value_of(scrape(recorder), "coder_reconciler_" + name);
}
bool has(const Recorder& recorder, const std::string& name) {
  return scrape(recorder).contains("coder_reconciler_" + name);
}

/// Samples whose name begins with `prefix`.
std::size_t count_of(const Samples& samples, const std::string& prefix) {
  std::size_t count = 0;
  for (const auto& [name, value] : samples) count += name.starts_with(prefix) ? 1 : 0;
  return count;
}

RequestDone a_request(int status, std::string_view route = "/api/v2/workspaces",
                      std::string_view method = "GET") {
  RequestDone request;
  request.route = route;
  request.method = method;
  request.status = status;
  request.duration = 100ms;
  request.request_id = status == 0 ? "" : "4f5b1c1e-0000-4000-8000-000000000001";
  return request;
}

WorkspaceStatus a_workspace(Reason reason) {
  WorkspaceStatus status;
  status.spec = std::make_shared<specs::WorkspaceSpec>();
  status.ready.reason = reason;
  return status;
}

CycleReport a_report(CycleResult result) {
  CycleReport report;
  report.result = result;
  report.started = kNoon - 2s;
  report.ended = kNoon;
  report.duration = 2s;
  return report;
}

reconcile::Outcome an_outcome(reconcile::Action action, ActionResult result) {
  reconcile::Outcome outcome;
  outcome.action = std::move(action);
  outcome.result = result;
  return outcome;
}

TEST(Recorder, SeriesOfClosedSetsExistFromTheStartAtZero) {
  const Samples samples = scrape(Recorder{});
  std::size_t expected = 0;
  for (const Metric& metric : catalogue()) {
    if (!metric.closed() || metric.name.starts_with("process_") || metric.id == MetricId::token_expiry ||
        metric.id == MetricId::token_file_readable || metric.id == MetricId::apply_exit_code)
      continue;
    std::size_t combinations = 1;
    for (const Label& label : metric.labels) combinations *= label.values.size();
    expected += combinations * metric.series_each();
  }
  EXPECT_EQ(samples.size(), expected);
  for (const auto& [name, value] : samples) EXPECT_EQ(value, 0) << name;
  EXPECT_EQ(value_of(samples, "coder_reconciler_workspaces{reason=\"Contested\"}"), 0);
  EXPECT_EQ(value_of(samples, "coder_reconciler_actions_total{action=\"set_ttl\",result=\"failed\"}"), 0);
  EXPECT_EQ(value_of(samples, "coder_reconciler_cycle_phase_duration_seconds_count{phase=\"execute\"}"), 0);
}

TEST(Recorder, ShowsOneBuild) {
  Recorder recorder;
  recorder.set_build_info("0.1.0", "abc1234");
  EXPECT_EQ(value_of(recorder, R"(build_info{revision="abc1234",version="0.1.0"})"), 1);
  recorder.set_build_info("0.2.0", "def5678");
  EXPECT_FALSE(has(recorder, R"(build_info{revision="abc1234",version="0.1.0"})"));
}

TEST(Recorder, ShowsTheRevisionInForceAndNoOther) {
  Recorder recorder;
  recorder.on_source_read("aaa", true, kNoon);
  EXPECT_EQ(value_of(recorder, R"(source_revision_info{revision="aaa"})"), 1);
  recorder.on_source_read("bbb", false, kNoon);
  EXPECT_EQ(value_of(recorder, R"(source_revision_info{revision="bbb"})"), 1);
  EXPECT_FALSE(has(recorder, R"(source_revision_info{revision="aaa"})"));
  recorder.on_source_read("", true, kNoon);
  EXPECT_EQ(count_of(scrape(recorder), "coder_reconciler_source_revision_info"), 0u);
}

TEST(Recorder, KeepsApartWhenSpecsWereReadAndWhenTheyChanged) {
  Recorder recorder;
  recorder.on_source_read("aaa", true, kNoon);
  recorder.on_source_read("aaa", false, kNoon + 60s);
  EXPECT_EQ(value_of(recorder, "source_last_read_timestamp_seconds"), 1'764'000'060.5);
  EXPECT_EQ(value_of(recorder, "source_last_change_timestamp_seconds"), 1'764'000'000.5);
  EXPECT_EQ(value_of(recorder, "source_read_errors_total"), 0);
  recorder.on_source_error();
  EXPECT_EQ(value_of(recorder, "source_read_errors_total"), 1);
  EXPECT_EQ(value_of(recorder, "source_last_read_timestamp_seconds"), 1'764'000'060.5);
}

TEST(Recorder, CountsSpecsByStateAndSuspendedOnesApart) {
  Recorder recorder;
  CycleReport report = a_report(CycleResult::in_sync);
  report.invalid_documents = 2;
  report.duplicate_documents = 4;
  report.workspaces = {a_workspace(Reason::InSync), a_workspace(Reason::InSync),
                       a_workspace(Reason::Suspended), a_workspace(Reason::InSync)};
  const auto suspend = [](WorkspaceStatus& status, std::optional<std::chrono::sys_days> until) {
    auto spec = std::make_shared<specs::WorkspaceSpec>();
    spec->body.edit().suspension = specs::Suspension{until, "holidays"};
    status.spec = spec;
  };
  suspend(testing::editable(report.workspaces, 2), std::nullopt);
  // Over since yesterday: a spec as any other.
  suspend(testing::editable(report.workspaces, 3),
          std::chrono::floor<std::chrono::days>(kNoon) - std::chrono::days{1});
  recorder.on_cycle(report);
  EXPECT_EQ(value_of(recorder, R"(specs{state="valid"})"), 3);
  EXPECT_EQ(value_of(recorder, R"(specs{state="suspended"})"), 1);
  EXPECT_EQ(value_of(recorder, R"(specs{state="invalid"})"), 2);
  EXPECT_EQ(value_of(recorder, R"(specs{state="duplicate"})"), 4);
}

TEST(Recorder, GaugesFollowTheLastCycle) {
  Recorder recorder;
  CycleReport report = a_report(CycleResult::held);
  report.workspaces = {a_workspace(Reason::Held), a_workspace(Reason::Held),
                       a_workspace(Reason::PolicyForbids)};
  testing::editable(report.workspaces, 0).drift = {{testing::field::ttl, "8h", "4h"},
                                                   {testing::field::autostart, "none", "0 9 * * *"}};
  testing::editable(report.workspaces, 1).drift = {{testing::field::ttl, "8h", "4h"}};
  testing::editable(report.workspaces, 2).drift = {{Field::template_ref, "docker", "kubernetes"}};
  report.plan.workspaces = {
      {{"alice", "a"}, {testing::set_autostart({}, {}, {}, {}), testing::set_ttl({}, {}, {}, {})}, ""},
      {{"bob", "b"}, {testing::set_ttl({}, {}, {}, {})}, ""}};
  report.verdict.held = true;
  report.builds_in_flight = 3;
  report.backing_off = 5;
  report.contested = 6;
  report.live_read = {.ids = 10, .owner = 20, .name = 30, .page = 40};
  recorder.on_cycle(report);
  const Samples held = scrape(recorder);
  const auto value = [](const Samples& samples, const std::string& name) {
    return value_of(samples, "coder_reconciler_" + name);
  };
  EXPECT_EQ(value(held, R"(workspaces{reason="Held"})"), 2);
  EXPECT_EQ(value(held, R"(workspaces{reason="PolicyForbids"})"), 1);
  EXPECT_EQ(value(held, R"(workspaces{reason="InSync"})"), 0);
  EXPECT_EQ(value(held, R"(drifted_fields{field="ttl"})"), 2);
  EXPECT_EQ(value(held, R"(drifted_fields{field="autostart"})"), 1);
  EXPECT_EQ(value(held, R"(drifted_fields{field="template"})"), 1);
  EXPECT_EQ(value(held, R"(plan_actions{action="set_ttl"})"), 2);
  EXPECT_EQ(value(held, R"(plan_actions{action="set_autostart"})"), 1);
  EXPECT_EQ(value(held, R"(plan_actions{action="create"})"), 0);
  EXPECT_EQ(value(held, "plan_held"), 1);
  EXPECT_EQ(value(held, "builds_in_flight"), 3);
  EXPECT_EQ(value(held, "workspaces_backing_off"), 5);
  EXPECT_EQ(value(held, "workspaces_contested"), 6);
  EXPECT_EQ(value(held, R"(live_workspaces_read{how="ids"})"), 10);
  EXPECT_EQ(value(held, R"(live_workspaces_read{how="owner"})"), 20);
  EXPECT_EQ(value(held, R"(live_workspaces_read{how="name"})"), 30);
  EXPECT_EQ(value(held, R"(live_workspaces_read{how="page"})"), 40);

  CycleReport next = a_report(CycleResult::in_sync);
  next.workspaces = {a_workspace(Reason::InSync)};
  recorder.on_cycle(next);
  const Samples in_sync = scrape(recorder);
  EXPECT_EQ(value(in_sync, R"(workspaces{reason="Held"})"), 0);
  EXPECT_EQ(value(in_sync, R"(workspaces{reason="InSync"})"), 1);
  EXPECT_EQ(value(in_sync, R"(drifted_fields{field="ttl"})"), 0);
  EXPECT_EQ(value(in_sync, R"(plan_actions{action="set_ttl"})"), 0);
  EXPECT_EQ(value(in_sync, "plan_held"), 0);
  EXPECT_EQ(value(in_sync, R"(live_workspaces_read{how="page"})"), 0);
}

// "An order is no drift": nobody is to be paged for a workspace that is left alone on purpose.
TEST(Recorder, CountsSetsByReasonAndTheirOwnersByWhatIsKnownOfThem) {
  Recorder recorder;
  for (const char* state : {"present", "left", "unread"})
    EXPECT_EQ(value_of(recorder, "set_members{state=\"" + std::string(state) + "\"}"), 0) << "from the start";
  CycleReport report;
  const auto add = [&](reconcile::sets::Reason reason, std::size_t members, std::size_t left,
                       std::size_t unread) {
    reconcile::sets::SetStatus set;
    set.reason = reason;
    set.members = members;
    set.left = left;
    set.unread = unread;
    report.sets.push_back(set);
  };
  add(reconcile::sets::Reason::Resolved, 14, 2, 0);
  add(reconcile::sets::Reason::Resolved, 5, 0, 0);
  add(reconcile::sets::Reason::Unreachable, 30, 1, 30);
  recorder.on_cycle(report);
  EXPECT_EQ(value_of(recorder, "sets{reason=\"Resolved\"}"), 2);
  EXPECT_EQ(value_of(recorder, "sets{reason=\"Unreachable\"}"), 1);
  EXPECT_EQ(value_of(recorder, "sets{reason=\"Held\"}"), 0);
  EXPECT_EQ(value_of(recorder, "set_members{state=\"present\"}"), 19);
  EXPECT_EQ(value_of(recorder, "set_members{state=\"left\"}"), 3);
  EXPECT_EQ(value_of(recorder, "set_members{state=\"unread\"}"), 30);
  report.sets.clear();
  recorder.on_cycle(report);
  EXPECT_EQ(value_of(recorder, "sets{reason=\"Resolved\"}"), 0) << "a set that is no longer declared";
}

TEST(Recorder, SuspendedWorkspacesCountAsSuspendedAndNotAsDrifted) {
  CycleReport report = a_report(CycleResult::in_sync);
  report.workspaces = {a_workspace(Reason::Suspended), a_workspace(Reason::Drifted)};
  for (std::size_t i = 0; i < 2; ++i)
    testing::editable(report.workspaces, i).drift = {{testing::field::ttl, "8h", "4h"}};
  Recorder recorder;
  recorder.on_cycle(report);
  EXPECT_EQ(value_of(recorder, R"(workspaces{reason="Suspended"})"), 1);
  EXPECT_EQ(value_of(recorder, R"(drifted_fields{field="ttl"})"), 1);
  EXPECT_EQ(reconcile::summary_json(report)["drift"]["ttl"], 1) << "the same to who reads JSON";
}

TEST(Recorder, EachReasonHasItsSeries) {
  for (const Reason reason : reconcile::all_reasons()) {
    Recorder recorder;
    CycleReport report = a_report(CycleResult::partial);
    report.workspaces = {a_workspace(reason)};
    recorder.on_cycle(report);
    EXPECT_EQ(value_of(recorder, "workspaces{reason=\"" + std::string(to_string(reason)) + "\"}"), 1);
  }
}

TEST(Recorder, EachFieldHasItsSeries) {
  for (const Field field : reconcile::fields_that_drift()) {
    Recorder recorder;
    CycleReport report = a_report(CycleResult::partial);
    report.workspaces = {a_workspace(Reason::Updating)};
    testing::editable(report.workspaces, 0).drift = {{field, "a", "b"}};
    recorder.on_cycle(report);
    EXPECT_EQ(value_of(recorder, "drifted_fields{field=\"" + std::string(to_string(field)) + "\"}"), 1);
  }
}

TEST(Recorder, CountsCyclesByResultAndOnlyAFailedOneIsNoSuccess) {
  for (const CycleResult result : {CycleResult::in_sync, CycleResult::converged, CycleResult::partial,
                                   CycleResult::held, CycleResult::failed}) {
    Recorder recorder;
    recorder.on_cycle(a_report(result));
    EXPECT_EQ(value_of(recorder, "cycles_total{result=\"" + std::string(to_string(result)) + "\"}"), 1);
    EXPECT_EQ(value_of(recorder, "cycle_duration_seconds_count"), 1);
    EXPECT_EQ(value_of(recorder, "cycle_duration_seconds_sum"), 2);
    EXPECT_EQ(value_of(recorder, "last_cycle_timestamp_seconds"), 1'764'000'000.5);
    EXPECT_EQ(value_of(recorder, "last_success_timestamp_seconds"),
              result == CycleResult::failed ? 0 : 1'764'000'000.5);
  }
}

TEST(Recorder, CountsActionsByKindAndResult) {
  Recorder recorder;
  recorder.on_action(an_outcome(reconcile::CreateWorkspace{}, ActionResult::success));
  recorder.on_action(an_outcome(reconcile::RetryFirstBuild{}, ActionResult::success));
  recorder.on_action(an_outcome(reconcile::StopWorkspace{}, ActionResult::failed));
  recorder.on_action(an_outcome(testing::set_dormant({}, {}, {}), ActionResult::skipped));
  EXPECT_EQ(value_of(recorder, R"(actions_total{action="create",result="success"})"), 2);
  EXPECT_EQ(value_of(recorder, R"(actions_total{action="stop",result="failed"})"), 1);
  EXPECT_EQ(value_of(recorder, R"(actions_total{action="set_dormant",result="skipped"})"), 1);
  EXPECT_EQ(value_of(recorder, R"(actions_total{action="set_ttl",result="success"})"), 0);
}

TEST(Recorder, ObservesPhasesRetriesConvergenceAndRepair) {
  Recorder recorder;
  recorder.on_phase(reconcile::Phase::read, 50ms);
  recorder.on_retry(reconcile::RetryReason::throttled, {});
  CycleReport report = a_report(CycleResult::in_sync);
  report.workspaces = {a_workspace(Reason::InSync), a_workspace(Reason::InSync)};
  testing::editable(report.workspaces, 0).converged_after = 7s;
  testing::editable(report.workspaces, 1).drift_repaired_after = 90s;
  recorder.on_cycle(report);
  EXPECT_EQ(value_of(recorder, R"(cycle_phase_duration_seconds_bucket{phase="read",le="0.01"})"), 0);
  EXPECT_EQ(value_of(recorder, R"(cycle_phase_duration_seconds_bucket{phase="read",le="0.1"})"), 1);
  EXPECT_EQ(value_of(recorder, R"(cycle_phase_duration_seconds_count{phase="load"})"), 0);
  EXPECT_EQ(value_of(recorder, R"(api_retries_total{reason="throttled"})"), 1);
  EXPECT_EQ(value_of(recorder, "convergence_seconds_sum"), 7);
  EXPECT_EQ(value_of(recorder, "convergence_seconds_count"), 1);
  EXPECT_EQ(value_of(recorder, R"(drift_repair_seconds_bucket{le="60"})"), 0);
  EXPECT_EQ(value_of(recorder, R"(drift_repair_seconds_bucket{le="300"})"), 1);
}

// A workspace that nothing calls for keeps its row, and what that says, for as long as half an hour.
TEST(Recorder, WhatARowSaysIsObservedOnceHoweverLongItStands) {
  Recorder recorder;
  CycleReport report = a_report(CycleResult::in_sync);
  report.workspaces = {a_workspace(Reason::InSync)};
  testing::editable(report.workspaces, 0).converged_after = 7s;
  testing::editable(report.workspaces, 0).drift_repaired_after = 90s;
  recorder.on_cycle(report);
  recorder.on_cycle(report);
  CycleReport other_row = report;
  std::vector<reconcile::Rows::Row> rows = report.workspaces.shared();
  WorkspaceStatus another = a_workspace(Reason::InSync);
  specs::WorkspaceSpec spec;
  spec.name = "another";
  another.spec = std::make_shared<const specs::WorkspaceSpec>(spec);
  rows.push_back(std::make_shared<WorkspaceStatus>(std::move(another)));
  other_row.workspaces = reconcile::Rows(std::move(rows));
  recorder.on_cycle(other_row);
  recorder.on_cycle(a_report(CycleResult::failed));
  recorder.on_cycle(other_row);
  EXPECT_EQ(value_of(recorder, "convergence_seconds_count"), 1);
  EXPECT_EQ(value_of(recorder, "drift_repair_seconds_count"), 1);
}

TEST(Recorder, RoutesHaveSeriesFromFirstUse) {
  Recorder recorder;
  EXPECT_EQ(count_of(scrape(recorder), "coder_reconciler_api_request"), 0u);
  recorder.on_request(a_request(200));
  recorder.on_request(a_request(200));
  recorder.on_request(a_request(429));
  recorder.on_request(a_request(201, "/api/v2/users/{user}/workspaces", "POST"));
  const Samples samples = scrape(recorder);
  const std::string requests = "coder_reconciler_api_requests_total";
  EXPECT_EQ(count_of(samples, requests), 3u);
  EXPECT_EQ(value_of(samples, requests + R"({code="2xx",method="GET",route="/api/v2/workspaces"})"), 2);
  EXPECT_EQ(value_of(samples, requests + R"({code="429",method="GET",route="/api/v2/workspaces"})"), 1);
  EXPECT_EQ(
      value_of(samples, requests + R"({code="2xx",method="POST",route="/api/v2/users/{user}/workspaces"})"),
      1);
  const std::string duration = "coder_reconciler_api_request_duration_seconds";
  EXPECT_EQ(value_of(samples, duration + R"(_count{route="/api/v2/workspaces"})"), 3);
  EXPECT_NEAR(value_of(samples, duration + R"(_sum{route="/api/v2/workspaces"})"), 0.3, 1e-9);
}

TEST(Recorder, TwoMethodsOfARouteShareItsDuration) {
  Recorder recorder;
  recorder.on_request(a_request(200, "/r", "GET"));
  recorder.on_request(a_request(200, "/r", "POST"));
  EXPECT_EQ(value_of(recorder, R"(api_request_duration_seconds_count{route="/r"})"), 2);
}

TEST(Recorder, RateLimitIsThatOfTheLastAnswer) {
  Recorder recorder;
  RequestDone request = a_request(200);
  recorder.on_request(request);
  EXPECT_EQ(count_of(scrape(recorder), "coder_reconciler_api_rate_limit_remaining"), 0u);
  request.rate_limit_remaining = 511;
  recorder.on_request(request);
  request.rate_limit_remaining = 510;
  recorder.on_request(request);
  EXPECT_EQ(value_of(recorder, R"(api_rate_limit_remaining{route="/api/v2/workspaces"})"), 510);
}

TEST(Recorder, CoderIsUpWhenItAnsweredAndNobodyInItsPlace) {
  Recorder recorder;
  recorder.on_request(a_request(200));
  EXPECT_EQ(value_of(recorder, "api_up"), 1);
  recorder.on_request(a_request(0));
  EXPECT_EQ(value_of(recorder, "api_up"), 0);
  EXPECT_EQ(value_of(recorder, R"(api_requests_total{code="none",method="GET",route="/api/v2/workspaces"})"),
            1);
  recorder.on_request(a_request(401));
  EXPECT_EQ(value_of(recorder, "api_up"), 1);
  RequestDone from_a_proxy = a_request(502);
  from_a_proxy.request_id = "";
  recorder.on_request(from_a_proxy);
  EXPECT_EQ(value_of(recorder, "api_up"), 0);
}

TEST(Recorder, TokenExpiryIsAbsentWhenItNeverExpires) {
  Recorder recorder;
  EXPECT_FALSE(has(recorder, "token_expiry_timestamp_seconds"));
  CycleReport report = a_report(CycleResult::in_sync);
  report.token_expires = std::chrono::sys_seconds{1'765'000'000s};
  recorder.on_cycle(report);
  EXPECT_EQ(value_of(recorder, "token_expiry_timestamp_seconds"), 1'765'000'000);
  recorder.on_cycle(a_report(CycleResult::failed));
  EXPECT_EQ(value_of(recorder, "token_expiry_timestamp_seconds"), 1'765'000'000)
      << "a failed cycle knows nothing";
  recorder.on_cycle(a_report(CycleResult::in_sync));
  EXPECT_FALSE(has(recorder, "token_expiry_timestamp_seconds"));
}

TEST(Recorder, SaysWhetherTheTokensFileCanBeUsedWhereThereIsOne) {
  Recorder recorder;
  EXPECT_FALSE(has(recorder, "token_file_readable"));
  recorder.on_token_file("");
  EXPECT_EQ(value_of(recorder, "token_file_readable"), 1);
  recorder.on_token_file("token file /t: the token is empty");
  EXPECT_EQ(value_of(recorder, "token_file_readable"), 0);
}

TEST(Recorder, CountsAnswersByRouteAndApprovalsByResult) {
  Recorder recorder;
  EXPECT_FALSE(has(recorder, "http_requests_total"));
  EXPECT_EQ(value_of(recorder, R"(approvals_total{result="refused"})"), 0);
  recorder.on_answer("/metrics", 200);
  recorder.on_answer("/metrics", 200);
  recorder.on_answer("/metrics", 401);
  recorder.on_answer("other", 421);
  recorder.on_approval(ApprovalResult::refused);
  EXPECT_EQ(value_of(recorder, R"(http_requests_total{code="2xx",route="/metrics"})"), 2);
  EXPECT_EQ(value_of(recorder, R"(http_requests_total{code="401",route="/metrics"})"), 1);
  EXPECT_EQ(value_of(recorder, R"(http_requests_total{code="421",route="other"})"), 1);
  EXPECT_EQ(value_of(recorder, R"(approvals_total{result="refused"})"), 1);
  EXPECT_EQ(value_of(recorder, R"(approvals_total{result="approved"})"), 0);
}

TEST(Recorder, CountsCommitStatusesByStateAndResult) {
  Recorder recorder;
  EXPECT_EQ(value_of(recorder, R"(commit_statuses_total{result="sent",state="pending"})"), 0);
  recorder.on_commit_status(CommitStatusState::success, CommitStatusResult::sent);
  recorder.on_commit_status(CommitStatusState::failure, CommitStatusResult::rejected);
  recorder.on_commit_status(CommitStatusState::failure, CommitStatusResult::rejected);
  EXPECT_EQ(value_of(recorder, R"(commit_statuses_total{result="sent",state="success"})"), 1);
  EXPECT_EQ(value_of(recorder, R"(commit_statuses_total{result="rejected",state="failure"})"), 2);
  EXPECT_EQ(value_of(recorder, R"(commit_statuses_total{result="dropped",state="failure"})"), 0);
}

TEST(Recorder, CountsNotificationsByResult) {
  Recorder recorder;
  EXPECT_EQ(value_of(recorder, R"(notifications_total{result="postponed"})"), 0);
  for (const auto result : {NotificationResult::sent, NotificationResult::postponed,
                            NotificationResult::postponed, NotificationResult::dropped})
    recorder.on_notification(result);
  EXPECT_EQ(value_of(recorder, R"(notifications_total{result="sent"})"), 1);
  EXPECT_EQ(value_of(recorder, R"(notifications_total{result="postponed"})"), 2);
  EXPECT_EQ(value_of(recorder, R"(notifications_total{result="refused"})"), 0);
  EXPECT_EQ(value_of(recorder, R"(notifications_total{result="dropped"})"), 1);
}

TEST(Recorder, SeriesAreBoundedWhateverIsAsked) {
  Recorder recorder;
  recorder.set_build_info("0.1.0", "abc");
  recorder.on_source_read("abc", true, kNoon);
  CycleReport report = a_report(CycleResult::in_sync);
  report.token_expires = std::chrono::sys_seconds{1s};
  for (int i = 0; i < 1000; ++i) report.workspaces.push_back(a_workspace(Reason::InSync));
  recorder.on_cycle(report);
  for (int route = 0; route < 200; ++route) {
    const std::string name = "/api/v2/route" + std::to_string(route);
    for (const std::string_view method : {"GET", "POST", "PUT"}) {
      for (const int status : {0, 200, 304, 400, 401, 403, 404, 409, 429, 500}) {
        RequestDone request = a_request(status, name, method);
        request.rate_limit_remaining = 1;
        recorder.on_request(request);
      }
    }
  }
  for (int route = 0; route < 200; ++route) {
    for (const int status : {200, 304, 400, 401, 421, 429, 500})
      recorder.on_answer("/route" + std::to_string(route), status);
  }
  const Samples samples = testing::parse_samples(exposition(recorder, read_process_figures()));
  EXPECT_LT(samples.size(), kMaxSeries);
  double requests = 0;
  std::size_t series = 0;
  for (const auto& [name, value] : samples) {
    if (!name.starts_with("coder_reconciler_api_requests_total{")) continue;
    requests += value;
    ++series;
  }
  EXPECT_EQ(requests, 200 * 3 * 10) << "none is lost";
  EXPECT_LE(series, kMaxRequestSeries);
  EXPECT_EQ(
      value_of(samples,
               R"(coder_reconciler_api_requests_total{code="2xx",method="PUT",route="/api/v2/route0"})"),
      1);
}

TEST(Recorder, BuildsAreCountedByTheirEndAndTimedByStage) {
  using namespace std::chrono_literals;
  using reconcile::BuildStatus;
  using reconcile::Transition;
  Recorder recorder;
  const auto value = [&](const std::string& name) {
    return value_of(scrape(recorder), "coder_reconciler_" + name);
  };
  EXPECT_EQ(value(R"(builds_total{result="failed",transition="stop"})"), 0) << "from the start";
  EXPECT_EQ(value(R"(build_stage_seconds_count{stage="queue"})"), 0);
  const auto ended = [&](Transition transition, BuildStatus status) {
    reconcile::SeenBuild build;
    build.transition = transition;
    build.status = status;
    recorder.on_build_ended({"alice", "dev"}, build);
  };
  ended(Transition::start, BuildStatus::running);
  ended(Transition::start, BuildStatus::failed);
  ended(Transition::stop, BuildStatus::stopped);
  ended(Transition::stop, BuildStatus::canceled);
  ended(Transition::stop, BuildStatus::canceled);
  ended(Transition::del, BuildStatus::deleted);
  EXPECT_EQ(value(R"(builds_total{result="success",transition="start"})"), 1);
  EXPECT_EQ(value(R"(builds_total{result="failed",transition="start"})"), 1);
  EXPECT_EQ(value(R"(builds_total{result="success",transition="stop"})"), 1);
  EXPECT_EQ(value(R"(builds_total{result="canceled",transition="stop"})"), 2);

  reconcile::SeenBuild timed;
  timed.stages[static_cast<std::size_t>(reconcile::BuildStage::queue)] = 4s;
  timed.stages[static_cast<std::size_t>(reconcile::BuildStage::apply)] = 90s;
  recorder.on_build_timed({"alice", "dev"}, timed, timed.stages);
  EXPECT_EQ(value(R"(build_stage_seconds_sum{stage="apply"})"), 90);
  EXPECT_EQ(value(R"(build_stage_seconds_bucket{stage="apply",le="30"})"), 0);
  EXPECT_EQ(value(R"(build_stage_seconds_bucket{stage="apply",le="120"})"), 1);
  EXPECT_EQ(value(R"(build_stage_seconds_count{stage="queue"})"), 1);
  EXPECT_EQ(value(R"(build_stage_seconds_count{stage="plan"})"), 0) << "what is not known is not zero";
}

TEST(Following, IsShownByItsStateAndCountedFromTheStart) {
  Recorder recorder;
  const auto value = [&](const std::string& series) { return value_of(recorder, series); };
  reconcile::CycleReport report;
  report.following = {.state = reconcile::feed::Trust::trusted,
                      .rows = 5,
                      .missed_changes = 1,
                      .oldest_read = std::chrono::minutes(12)};
  for (int cycle = 0; cycle < 2; ++cycle) {
    recorder.on_cycle(report);
    EXPECT_EQ(value(R"(change_feed{state="trusted"})"), 1);
    EXPECT_EQ(value(R"(change_feed{state="off"})"), 0);
    EXPECT_EQ(value("change_feed_rows_total"), 5) << "what the feed counts is not counted twice";
    EXPECT_EQ(value("change_feed_missed_changes_total"), 1);
    EXPECT_EQ(value("sweep_age_seconds"), 720);
  }
  reconcile::CycleReport defect;
  defect.internal_error = "a defect";
  recorder.on_cycle(defect);
  EXPECT_EQ(value(R"(change_feed{state="trusted"})"), 1) << "a cycle that got nowhere says nothing of it";
}

}  // namespace
}  // namespace cr::metrics
