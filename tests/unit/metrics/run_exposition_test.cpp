#include "metrics/run_exposition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "reconcile/report/report.h"
#include "tests/unit/metrics/samples.h"

namespace cr::metrics {
namespace {

using namespace std::chrono_literals;
using reconcile::CycleResult;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::parse_samples;

constexpr async::WallTime kNoon{1'764'000'000'000ms};

void a_request(Recorder& recorder) {
  reconcile::RequestDone request;
  request.route = "/api/v2/workspaces";
  request.method = "GET";
  request.status = 200;
  request.request_id = "r";
  recorder.on_request(request);
}

void a_cycle(Recorder& recorder, CycleResult result, std::optional<std::chrono::sys_seconds> expires = {}) {
  reconcile::CycleReport report;
  report.result = result;
  report.ended = kNoon;
  report.token_expires = expires;
  recorder.on_cycle(report);
}

/// What a run that went well leaves behind.
std::string a_good_run(std::optional<std::chrono::sys_seconds> expires = {}) {
  Recorder recorder;
  recorder.set_build_info("0.1.0", "abc");
  recorder.on_source_read("main", true, kNoon);
  a_request(recorder);
  a_cycle(recorder, CycleResult::converged, expires);
  recorder.on_run_ended(0);
  return run_exposition(recorder);
}

TEST(RunExposition, HasWhatAScrapeHasAndTheExitCode) {
  const testing::Samples samples = parse_samples(a_good_run());
  EXPECT_EQ(samples.at("coder_reconciler_last_success_timestamp_seconds"), 1'764'000'000);
  EXPECT_EQ(samples.at("coder_reconciler_apply_exit_code"), 0);
  EXPECT_EQ(samples.at(R"(coder_reconciler_cycles_total{result="converged"})"), 1);
  EXPECT_EQ(samples.at(R"(coder_reconciler_workspaces{reason="InSync"})"), 0);
  EXPECT_EQ(samples.at("coder_reconciler_api_up"), 1);
}

TEST(RunExposition, LeavesOutTheProcessAndWhatOneReadCannotTell) {
  const std::string text = a_good_run();
  EXPECT_THAT(text, Not(HasSubstr("process_")));
  EXPECT_THAT(text, Not(HasSubstr("source_last_change")));
}

TEST(RunExposition, SaysNothingOfSuccessWithoutOne) {
  Recorder recorder;
  recorder.on_source_read("main", true, kNoon);
  a_request(recorder);
  a_cycle(recorder, CycleResult::failed);
  recorder.on_run_ended(6);
  const testing::Samples samples = parse_samples(run_exposition(recorder));
  EXPECT_FALSE(samples.contains("coder_reconciler_last_success_timestamp_seconds"));
  EXPECT_FALSE(samples.contains("coder_reconciler_token_expiry_timestamp_seconds"));
  EXPECT_TRUE(samples.contains("coder_reconciler_last_cycle_timestamp_seconds"));
  EXPECT_EQ(samples.at("coder_reconciler_apply_exit_code"), 6);
}

TEST(RunExposition, SaysNothingOfTheFleetWithoutACycle) {
  Recorder recorder;
  recorder.on_source_error();
  recorder.on_run_ended(1);
  const std::string text = run_exposition(recorder);
  for (const char* name : {"coder_reconciler_workspaces", "plan_held", "api_up", "last_cycle", "last_read"}) {
    EXPECT_THAT(text, Not(HasSubstr(name)));
  }
  EXPECT_THAT(text, HasSubstr("coder_reconciler_source_read_errors_total 1\n"));
}

TEST(RunExposition, SaysThatTheTokenNeverExpiresSoThatAnOldTimeDoesNotStand) {
  EXPECT_EQ(parse_samples(a_good_run()).at("coder_reconciler_token_expiry_timestamp_seconds"),
            std::numeric_limits<double>::infinity());
  EXPECT_EQ(parse_samples(a_good_run(std::chrono::sys_seconds{1'765'000'000s}))
                .at("coder_reconciler_token_expiry_timestamp_seconds"),
            1'765'000'000);
}

TEST(RunExposition, TellsNoRevisionWhereThereIsNoneAndAnOldOneDoesNotStand) {
  Recorder recorder;
  recorder.on_source_read("", true, kNoon);
  EXPECT_THAT(run_exposition(recorder), Not(HasSubstr("source_revision_info")));
  EXPECT_THAT(with_what_stands(run_exposition(recorder), a_good_run()),
              Not(HasSubstr("source_revision_info")));
}

TEST(RunExposition, HasNoTimestamps) {
  std::istringstream lines(a_good_run());
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    const std::size_t behind = line.rfind('}') == std::string::npos ? 0 : line.rfind('}') + 2;
    EXPECT_EQ(std::count(line.begin() + static_cast<std::ptrdiff_t>(behind), line.end(), ' '),
              behind == 0 ? 1 : 0)
        << line;
  }
}

TEST(WithWhatStands, KeepsTheLastSuccessOverAFailedRun) {
  Recorder failed;
  a_cycle(failed, CycleResult::failed);
  failed.on_run_ended(6);
  const testing::Samples samples = parse_samples(with_what_stands(run_exposition(failed), a_good_run()));
  EXPECT_EQ(samples.at("coder_reconciler_last_success_timestamp_seconds"), 1'764'000'000);
  EXPECT_EQ(samples.at("coder_reconciler_apply_exit_code"), 6);
  EXPECT_EQ(samples.at(R"(coder_reconciler_source_revision_info{revision="main"})"), 1);
}

TEST(WithWhatStands, KeepsAHistogramWhole) {
  const testing::Samples samples = parse_samples(with_what_stands("", a_good_run()));
  EXPECT_EQ(samples.at(R"(coder_reconciler_cycle_duration_seconds_bucket{le="+Inf"})"), 1);
  EXPECT_TRUE(samples.contains("coder_reconciler_cycle_duration_seconds_sum"));
  EXPECT_EQ(samples.at("coder_reconciler_cycle_duration_seconds_count"), 1);
}

TEST(WithWhatStands, TakesNothingThatTheRunHasSaidItself) {
  EXPECT_EQ(with_what_stands(a_good_run(), a_good_run()), a_good_run());
}

struct ForeignCase {
  const char* name;
  const char* line;
};
class Foreign : public ::testing::TestWithParam<ForeignCase> {};
TEST_P(Foreign, LinesOfAFileAreNotTakenOver) {
  EXPECT_EQ(with_what_stands("", std::string{GetParam().line} + "\n"), "");
}
INSTANTIATE_TEST_SUITE_P(
    Cases, Foreign,
    ::testing::Values(ForeignCase{"MetricOfOthers", "node_load1 1"},
                      ForeignCase{"ProcessMetric", "process_open_fds 7"},
                      ForeignCase{"Timestamp", "coder_reconciler_api_up 1 1764000000000"},
                      ForeignCase{"NoNumber", "coder_reconciler_api_up up"},
                      ForeignCase{"NoValue", "coder_reconciler_api_up"},
                      ForeignCase{"HalfALine", R"(coder_reconciler_workspaces{reason="InSy)"},
                      ForeignCase{"Binary", "\x01\x02\xff{}"},
                      ForeignCase{"Comment", "# HELP coder_reconciler_api_up forged"}),
    [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace cr::metrics
