#include "metrics/exposition.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "metrics/catalogue.h"
#include "reconcile/report/report.h"
#include "tests/unit/metrics/samples.h"

namespace cr::metrics {
namespace {

using namespace std::chrono_literals;

/// A recorder that has seen one of everything.
std::string a_full_scrape() {
  Recorder recorder;
  recorder.set_build_info("0.1.0", "abc1234");
  recorder.on_source_read("abc1234", true, async::WallTime{1'764'000'000'500ms});
  reconcile::RequestDone request;
  request.route = "/api/v2/workspaces";
  request.method = "GET";
  request.status = 200;
  request.duration = 120ms;
  request.rate_limit_remaining = 500;
  request.request_id = "4f5b1c1e-0000-4000-8000-000000000001";
  recorder.on_request(request);
  reconcile::CycleReport report;
  report.result = reconcile::CycleResult::in_sync;
  report.ended = async::WallTime{1'764'000'001'500ms};
  report.duration = 1s;
  report.token_expires = std::chrono::sys_seconds{1'765'000'000s};
  recorder.on_cycle(report);
  recorder.on_run_ended(0);
  recorder.on_token_file("");
  recorder.on_answer("/metrics", 200);
  return exposition(recorder, read_process_figures());
}

TEST(Exposition, ShowsEveryMetricOfTheCatalogueInItsOrder) {
  std::istringstream lines(a_full_scrape());
  std::vector<std::string> types;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# TYPE ")) types.push_back(line.substr(7));
  }
  std::vector<std::string> expected;
  for (const Metric& metric : catalogue()) {
    expected.push_back(std::string(metric.name) + ' ' + std::string(to_string(metric.kind)));
  }
  EXPECT_EQ(types, expected);
}

TEST(Exposition, SameFiguresAreTheSameBytes) {
  EXPECT_EQ(exposition(Recorder{}, {}), exposition(Recorder{}, {}));
}

TEST(Exposition, SpellsTimesAndBucketsInFull) {
  const std::string text = a_full_scrape();
  EXPECT_NE(text.find("\ncoder_reconciler_last_cycle_timestamp_seconds 1764000001.5\n"), std::string::npos);
  EXPECT_NE(text.find("{route=\"/api/v2/workspaces\",le=\"0.2\"} 1\n"), std::string::npos);
  EXPECT_NE(text.find("# HELP coder_reconciler_api_up 1 if the last request got a response from Coder.\n"),
            std::string::npos);
}

TEST(Exposition, LeavesOutWhatTheKernelDoesNotTell) {
  ProcessFigures figures;
  figures.open_fds = 7;
  const testing::Samples samples = testing::parse_samples(exposition(Recorder{}, figures));
  EXPECT_EQ(samples.at("process_open_fds"), 7);
  EXPECT_FALSE(samples.contains("process_cpu_seconds_total"));
}

/// Runs a command with its output on one string.
std::pair<int, std::string> run(const std::string& command) {
  std::FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return {-1, "popen failed"};
  std::string output;
  std::array<char, 512> buffer{};
  while (std::fgets(buffer.data(), static_cast<int>(buffer.size()), pipe) != nullptr) output += buffer.data();
  const int status = pclose(pipe);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, output};
}

// Prometheus' own linter judges a scrape; where it is not installed this fails, so that nobody ships
// unchecked.
TEST(Exposition, PromtoolFindsNothingToComplainAbout) {
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("cr-metrics-" + std::to_string(getpid()) + ".txt");
  std::ofstream(file) << a_full_scrape();
  const auto [status, output] = run("promtool check metrics < '" + file.string() + "'");
  std::filesystem::remove(file);
  EXPECT_EQ(status, 0) << "promtool is in the package `prometheus`";
  EXPECT_EQ(output, "");
}

}  // namespace
}  // namespace cr::metrics
