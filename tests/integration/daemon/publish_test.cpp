// What a run of apply leaves behind where nothing can scrape: a file for node_exporter, and metrics in
// Debian's real Pushgateway, over a socket. Without the packages prometheus and prometheus-pushgateway these
// fail.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/integration/daemon/deployment.h"

namespace cr {
namespace {

using nlohmann::json;
using testing::Deployment;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Process;

constexpr const char* kGatewayProgram = "/usr/bin/prometheus-pushgateway";

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The value behind `name` or `name{labels}` in the text format; -1 if there is none.
double sample(const std::string& text, const std::string& name) {
  const auto found = ("\n" + text).find("\n" + name + " ");
  return found == std::string::npos ? -1 : std::stod(text.substr(found + name.size() + 1));
}

class Gateway {
 public:
  explicit Gateway(const std::string& address = "127.0.0.1:0")
      // Debian's remembers what was pushed in a file of the whole machine, unless it is told otherwise.
      : process_(kGatewayProgram,
                 {"--web.listen-address=" + address, "--log.format=logfmt", "--persistence.file="}, {}) {
    const std::string line = process_.wait_for_log("msg=\"Listening on\"");
    port_ = line.substr(line.rfind(':') + 1);
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + port_; }
  [[nodiscard]] std::string metrics() const { return get("/metrics"); }
  void push(const std::string& group, const std::string& text) const {
    const auto answer = testing::ask(port_, "PUT", "/metrics/" + group, {}, text);
    ASSERT_EQ(answer.status, 200) << answer.body;
  }
  /// The groups by their labels, without those of metrics.
  [[nodiscard]] std::vector<json> groups() const {
    std::vector<json> labels;
    const json answer = json::parse(get("/api/v1/metrics"));
    for (const json& group : answer["data"]) {
      labels.push_back(group["labels"]);
    }
    return labels;
  }

 private:
  /// Its answers come in chunks.
  [[nodiscard]] std::string get(const std::string& path) const {
    return testing::run_program("/usr/bin/curl", {"-sS", "--noproxy", "*", url() + path}, {}).out;
  }

  Process process_;
  std::string port_;
};

/// Flags of a run that finds no Coder.
const std::vector<std::string> kCoderAway{"--coder-url", "http://127.0.0.1:1"};

std::vector<std::string> operator+(std::vector<std::string> left, const std::vector<std::string>& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

class Published : public ::testing::Test {
 protected:
  void SetUp() override { deployment.declare("specs/dev.yaml", "dev", "  ttl: 8h\n"); }

  [[nodiscard]] testing::Ended apply(std::vector<std::string> more) const {
    std::vector<std::string> arguments{"apply", deployment.specs()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return deployment.call(arguments);
  }
  [[nodiscard]] std::string file() const { return deployment.folder.path("metrics/coder.prom"); }

  Deployment deployment;
};

class PublishedFile : public Published {
 protected:
  void SetUp() override {
    Published::SetUp();
    deployment.folder.make_folder("metrics");
  }
  [[nodiscard]] std::string after(std::vector<std::string> more, int code) const {
    more.insert(more.end(), {"--metrics-textfile", file()});
    const auto ended = apply(more);
    EXPECT_EQ(ended.code, code) << ended.out << ended.err;
    const std::string text = text_of(file());
    EXPECT_EQ(sample(text, "coder_reconciler_apply_exit_code"), code);
    return text;
  }
};

TEST_F(PublishedFile, OfARunThatConvergedShowsIt) {
  const std::string text = after({}, 0);
  EXPECT_EQ(sample(text, "coder_reconciler_workspaces{reason=\"InSync\"}"), 1);
  EXPECT_EQ(sample(text, "coder_reconciler_actions_total{action=\"set_ttl\",result=\"success\"}"), 1);
  EXPECT_GT(sample(text, "coder_reconciler_last_success_timestamp_seconds"), 1'700'000'000);
  EXPECT_THAT(text, Not(HasSubstr("\nprocess_")));
}

TEST_F(PublishedFile, IsCleanForPromtool) {
  (void)after({}, 0);
  const auto judged = testing::run_program("/bin/sh", {"-c", "promtool check metrics <'" + file() + "'"},
                                           {{"PATH", "/usr/bin:/bin"}});
  EXPECT_EQ(judged.code, 0);
  EXPECT_EQ(judged.out + judged.err, "");
}

TEST_F(PublishedFile, OfAHeldRunShowsThatItIsHeld) {
  deployment.declare("specs/fresh.yaml", "fresh", "");
  EXPECT_EQ(sample(after({"--max-changes", "1"}, 5), "coder_reconciler_plan_held"), 1);
}

TEST_F(PublishedFile, KeepsTheTimeOfTheLastSuccessWhileCoderIsAway) {
  const std::string before = after({}, 0);
  const std::string text = after(kCoderAway, 6);
  EXPECT_EQ(sample(text, "coder_reconciler_api_up"), 0);
  EXPECT_EQ(sample(text, "coder_reconciler_workspaces{reason=\"Unreachable\"}"), 1);
  EXPECT_EQ(sample(text, "coder_reconciler_last_success_timestamp_seconds"),
            sample(before, "coder_reconciler_last_success_timestamp_seconds"));
}

TEST_F(PublishedFile, IsWrittenWhenTheTimeIsOver) {
  deployment.coder.hold("/api/v2/");
  EXPECT_THAT(after({"--timeout", "1s"}, 6), Not(HasSubstr("coder_reconciler_workspaces{")));
  deployment.coder.release();
}

TEST_F(PublishedFile, IsWrittenWhenThereAreNoSpecsToRead) {
  std::filesystem::remove_all(deployment.specs());
  EXPECT_EQ(sample(after({}, 1), "coder_reconciler_source_read_errors_total"), 1);
}

TEST_F(PublishedFile, IsWrittenWhenTheTokenFileIsMissing) {
  (void)after({"--coder-token-file", "/nonexistent/token"}, 64);
}

TEST_F(PublishedFile, IsWrittenWhenASignalEndsTheRun) {
  deployment.coder.hold("/api/v2/");
  Process run(CR_PROGRAM, {"apply", deployment.specs(), "--metrics-textfile", file()},
              deployment.environment());
  ASSERT_TRUE(deployment.coder.wait_for_requests("/api/v2/", 1));
  run.signal(SIGTERM);
  EXPECT_EQ(run.wait(), 143) << run.err();
  EXPECT_EQ(sample(text_of(file()), "coder_reconciler_apply_exit_code"), 143);
  deployment.coder.release();
}

TEST_F(Published, FileThatCannotBeWrittenIsAnErrorOfARunThatHasNoOther) {
  const auto good = apply({"--metrics-textfile", file()});
  EXPECT_EQ(good.code, 1);
  EXPECT_THAT(good.err, HasSubstr("cannot write the metrics: cannot write to "));
  EXPECT_EQ(deployment.ttl_of("dev"), 8 * 3'600'000) << "it converged all the same";
  EXPECT_EQ(apply(kCoderAway + std::vector<std::string>{"--metrics-textfile", file()}).code, 6)
      << "which is more important";
}

TEST_F(Published, FileThatNobodyWouldReadIsWrongUsage) {
  const auto ended = apply({"--metrics-textfile", "/tmp/metrics.txt"});
  EXPECT_EQ(ended.code, 64);
  EXPECT_THAT(ended.err, HasSubstr("--metrics-textfile: \"/tmp/metrics.txt\" must end in .prom"));
}

TEST_F(Published, MetricsAreInTheGatewayUnderTheirGroupingKey) {
  const Gateway gateway;
  const auto ended = apply({"--pushgateway-url", gateway.url(), "--pushgateway-grouping", "instance=test",
                            "--pushgateway-grouping", "path=/a/b"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  const std::string text = gateway.metrics();
  const std::string labels = "instance=\"test\",job=\"coder_reconciler\",path=\"/a/b\"";
  EXPECT_EQ(sample(text, "coder_reconciler_apply_exit_code{" + labels + "}"), 0) << text;
  EXPECT_EQ(sample(text, "coder_reconciler_workspaces{" + labels + ",reason=\"InSync\"}"), 1);
  EXPECT_GT(sample(text, "push_time_seconds{" + labels + "}"), 1'700'000'000);
}

TEST_F(Published, MetricsAreOfThisHostUnlessToldOtherwise) {
  const Gateway gateway;
  EXPECT_EQ(apply({"--pushgateway-url", gateway.url() + "/"}).code, 0);
  std::array<char, 256> host{};
  ASSERT_EQ(::gethostname(host.data(), host.size() - 1), 0);
  EXPECT_EQ(gateway.groups(),
            (std::vector<json>{{{"job", "coder_reconciler"}, {"instance", std::string{host.data()}}}}));
}

TEST_F(Published, PushReplacesItsOwnAndNothingElse) {
  const Gateway gateway;
  gateway.push("job/backup", "backup_files 7\n");
  gateway.push("job/coder_reconciler/instance/test", "pushed_by_somebody_else 1\n");
  const std::vector<std::string> ours{"--pushgateway-url", gateway.url(), "--pushgateway-grouping",
                                      "instance=test"};
  EXPECT_EQ(apply(ours).code, 0);
  const std::string labels = "instance=\"test\",job=\"coder_reconciler\"";
  const std::string action =
      "coder_reconciler_actions_total{action=\"set_ttl\"," + labels + ",result=\"success\"}";
  const std::string success = "coder_reconciler_last_success_timestamp_seconds{" + labels + "}";
  const std::string first = gateway.metrics();
  EXPECT_EQ(sample(first, action), 1);
  EXPECT_EQ(apply(ours + kCoderAway).code, 6);
  const std::string second = gateway.metrics();
  EXPECT_EQ(sample(second, action), 0) << "of the second run alone";
  EXPECT_EQ(sample(second, success), sample(first, success)) << "the last success stands";
  EXPECT_EQ(sample(second, "coder_reconciler_api_up{" + labels + "}"), 0);
  EXPECT_EQ(sample(second, "backup_files{instance=\"\",job=\"backup\"}"), 7);
  EXPECT_EQ(sample(second, "pushed_by_somebody_else{" + labels + "}"), 1);
  EXPECT_EQ(gateway.groups().size(), 2U);
}

TEST_F(Published, DeadGatewayIsAClearErrorAndChangesNothingElse) {
  std::string url;
  {
    const Gateway gateway;
    url = gateway.url();
  }
  const auto ended = apply({"--pushgateway-url", url});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("cannot push the metrics: " + url + ": connecting to "));
  EXPECT_THAT(ended.err, HasSubstr("Connection refused"));
  EXPECT_EQ(deployment.ttl_of("dev"), 8 * 3'600'000);
}

TEST_F(Published, PasswordOfTheGatewayIsNeverShown) {
  const std::string secret = "s3cretOfTheGateway";
  for (const std::string& format : {std::string{"text"}, std::string{"json"}}) {
    auto environment = deployment.environment();
    environment["CODER_RECONCILER_PUSHGATEWAY_URL"] = "http://ann:" + secret + "@127.0.0.1:1";
    const auto ended = testing::run_program(
        CR_PROGRAM, {"apply", deployment.specs(), "--log-level", "debug", "--output", format}, environment);
    EXPECT_EQ(ended.code, 1);
    EXPECT_THAT(ended.out + ended.err, Not(HasSubstr(secret)));
    EXPECT_THAT(ended.err, HasSubstr("http://127.0.0.1:1: "));
  }
  const auto wrong = apply({"--pushgateway-url", "http://ann:" + secret + "@"});
  EXPECT_EQ(wrong.code, 64);
  EXPECT_THAT(wrong.err, Not(HasSubstr(secret)));
}

TEST_F(Published, PasswordComesFromAFile) {
  const std::string file = deployment.folder.write("auth", "no colon in here\n");
  const auto ended = apply({"--pushgateway-url", "http://127.0.0.1:1", "--pushgateway-auth-file", file});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("--pushgateway-auth-file: " + file + " does not contain user:password"));
}

}  // namespace
}  // namespace cr
