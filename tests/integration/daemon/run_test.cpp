// The daemon as a process: what makes it converge, what it shows, and how it ends.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <nlohmann/json.hpp>
#include <vector>

#include "tests/integration/daemon/deployment.h"

namespace cr {
namespace {

using nlohmann::json;
using testing::Answer;
using testing::Deployment;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Process;

constexpr std::int64_t kHour = 3'600'000;
constexpr const char* kApiToken = "a-token-of-the-api";

/// A daemon whose interval never passes: whatever it does, something has triggered.
class Run : public ::testing::Test {
 protected:
  Run() {
    deployment_.declare("worktrees/1/specs/dev.yaml", "dev", "  ttl: 4h\n");
    deployment_.folder.point_link("current", "worktrees/1");
    deployment_.folder.write("api-token", kApiToken);
  }
  [[nodiscard]] std::string specs() const { return deployment_.folder.path("current/specs"); }

  Process& start(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{
        "run",      specs(),       "--interval",       "24h",
        "--listen", "127.0.0.1:0", "--api-token-file", deployment_.folder.path("api-token")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    daemon_.emplace(CR_PROGRAM, arguments, deployment_.environment());
    const std::string line = daemon_->wait_for_log("listening address=");
    port_ = line.substr(line.rfind(':') + 1);
    return *daemon_;
  }
  Answer get(const std::string& target) {
    Answer answer = testing::ask(port_, "GET", target);
    testing::expect_documented_answer(target, answer.status, answer.body);
    return answer;
  }
  Answer post(const std::string& target, const std::string& bearer = {}, const std::string& body = {}) {
    Answer answer = testing::ask(port_, "POST", target, bearer, body);
    testing::expect_documented_answer(target, answer.status, answer.body);
    return answer;
  }
  void drift(std::int64_t ttl) {
    deployment_.coder.with_state([&](standin::State& state) {
      state.set_ttl("alice", "dev", ttl);
      return 0;
    });
  }

  Deployment deployment_;
  std::optional<Process> daemon_;
  std::string port_;
};

TEST_F(Run, ConvergesWhenGitSyncFlipsItsLink) {
  Process& daemon = start();
  daemon.wait_for_log("cycle ended result=in_sync");
  deployment_.declare("worktrees/2/specs/dev.yaml", "dev", "  ttl: 8h\n");
  deployment_.folder.point_link("current", "worktrees/2");
  daemon.wait_for_log("action done workspace=dev owner=alice action=set_ttl field=ttl old=4h new=8h");
  EXPECT_EQ(deployment_.ttl_of("dev"), 8 * kHour);
}

TEST_F(Run, RepairsDriftOnHangup) {
  Process& daemon = start();
  daemon.wait_for_log("cycle ended result=in_sync");
  drift(kHour);
  daemon.signal(SIGHUP);
  daemon.wait_for_log("action done workspace=dev");
  EXPECT_EQ(deployment_.ttl_of("dev"), 4 * kHour);
}

/// Builds move when the test says so.
void by_hand(standin::Server& coder) {
  coder.with_state([](standin::State& state) {
    standin::BuildPace pace;
    pace.kind = standin::BuildPace::Kind::by_hand;
    state.set_build_pace(pace);
    return 0;
  });
}

TEST_F(Run, TheEndOfABuildOfItsOwnStartsACycle) {
  by_hand(deployment_.coder);
  deployment_.declare("worktrees/1/specs/fresh.yaml", "fresh", "");
  Process& daemon = start({"--log-level", "debug"});
  daemon.wait_for_log("action=create");
  daemon.wait_for_log("route=/api/v2/workspaces/{workspace}/watch status=200");
  deployment_.coder.with_state([](standin::State& state) {
    state.finish_builds();
    return 0;
  });
  daemon.wait_for_log("reason=\"a build has ended\"");
  daemon.wait_for_log("cycle ended result=in_sync");
}

class BuildsOnEveryAge : public ::testing::TestWithParam<standin::Age> {};
INSTANTIATE_TEST_SUITE_P(Ages, BuildsOnEveryAge, ::testing::ValuesIn(standin::kAges),
                         [](const auto& tested) { return standin::name_of(tested.param); });

TEST_P(BuildsOnEveryAge, AreWatchedAndThenAskedWhatTookHowLong) {
  Deployment deployment(GetParam());
  by_hand(deployment.coder);
  deployment.declare("specs/fresh.yaml", "fresh", "");
  Process apply(CR_PROGRAM, {"apply", deployment.specs(), "--wait", "--log-level", "debug"},
                deployment.environment());
  apply.wait_for_log("route=/api/v2/workspaces/{workspace}/watch status=200");
  deployment.coder.with_state([](standin::State& state) {
    state.finish_builds();
    return 0;
  });
  EXPECT_EQ(apply.wait(), 0) << apply.err();
  const auto requests = deployment.coder.requests_to("/api/v2/workspaces/", "GET");
  const auto asked = [&](std::string_view what) {
    return std::ranges::count_if(requests,
                                 [&](const standin::RequestRecord& one) { return one.path.ends_with(what); });
  };
  EXPECT_EQ(asked("/watch"), 1);
  EXPECT_EQ(asked("/timings"), 1);
}

TEST_F(Run, AStreamThatIsOpenDoesNotKeepItFromEnding) {
  by_hand(deployment_.coder);
  deployment_.declare("worktrees/1/specs/fresh.yaml", "fresh", "");
  Process& daemon = start({"--log-level", "debug", "--shutdown-timeout", "20s"});
  daemon.wait_for_log("route=/api/v2/workspaces/{workspace}/watch status=200");
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0) << daemon.err();
}

TEST_F(Run, RepairsDriftWhenAskedOverHttp) {
  Process& daemon = start();
  daemon.wait_for_log("cycle ended result=in_sync");
  drift(kHour);
  EXPECT_EQ(post("/-/reconcile").status, 202);
  daemon.wait_for_log("action done workspace=dev");
  EXPECT_EQ(deployment_.ttl_of("dev"), 4 * kHour);
}

TEST_F(Run, ShowsItsStateOverHttp) {
  start().wait_for_log("cycle ended result=in_sync");
  EXPECT_EQ(get("/healthz").status, 200);
  EXPECT_EQ(get("/readyz").status, 200);
  EXPECT_EQ(json::parse(get("/api/v1/summary").body)["result"], "in_sync");
  EXPECT_EQ(json::parse(get("/api/v1/workspaces").body)["workspaces"][0]["reason"], "InSync");
  EXPECT_EQ(json::parse(get("/api/v1/workspaces/alice/dev").body)["ready"], "True");
  EXPECT_EQ(json::parse(get("/api/v1/plan").body)["formatVersion"], 1);
  const std::string metrics = get("/metrics").body;
  EXPECT_THAT(metrics, HasSubstr("coder_reconciler_workspaces{reason=\"InSync\"} 1\n"));
  EXPECT_THAT(metrics, HasSubstr("coder_reconciler_specs{state=\"valid\"} 1\n"));
  EXPECT_THAT(get("/").body, HasSubstr("1 of 1 in sync"));
  EXPECT_EQ(get("/nothing").status, 404);
}

TEST_F(Run, EndsWithZeroOnTerminateAndStartsNoNewAction) {
  deployment_.declare("worktrees/1/specs/dev.yaml", "dev", "  ttl: 8h\n  autostart: 0 9 * * 1-5\n");
  deployment_.coder.hold("/api/v2/workspaces/");
  Process& daemon = start();
  ASSERT_TRUE(deployment_.coder.wait_for_requests("/api/v2/workspaces/", 1, std::chrono::seconds(30)));
  daemon.signal(SIGTERM);
  daemon.wait_for_log("stopping");
  deployment_.coder.release();
  EXPECT_EQ(daemon.wait(), 0) << daemon.err();
  EXPECT_EQ(deployment_.coder.writes().size(), 1U) << "what was in flight ended, nothing new started";
}

TEST_F(Run, ASignalToReloadBeforeItIsReadyDoesNotEndIt) {
  // A FIFO as its configuration keeps it in its first steps until somebody writes.
  const std::string fifo = deployment_.folder.path("config.yaml");
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  Process daemon(CR_PROGRAM,
                 {"run", specs(), "--config", fifo, "--listen", "127.0.0.1:0", "--api-token-file",
                  deployment_.folder.path("api-token")},
                 deployment_.environment());
  // Opening it for writing ends when it is opened for reading: the program is there, and not ready.
  const int writer = ::open(fifo.c_str(), O_WRONLY);
  ASSERT_GE(writer, 0);
  daemon.signal(SIGHUP);
  ASSERT_EQ(::write(writer, "interval: 24h\n", 14), 14);
  ::close(writer);
  daemon.wait_for_log("listening address=");
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0) << daemon.err();
}

TEST_F(Run, AnswersAndReconcilesWithFewDescriptorsAndManySilentClients) {
  daemon_.emplace("/bin/sh",
                  std::vector<std::string>{"-c", "ulimit -n 24; exec \"$@\"", "sh", CR_PROGRAM, "run",
                                           specs(), "--interval", "24h", "--listen", "127.0.0.1:0",
                                           "--api-token-file", deployment_.folder.path("api-token")},
                  deployment_.environment());
  const std::string line = daemon_->wait_for_log("listening address=");
  port_ = line.substr(line.rfind(':') + 1);
  daemon_->wait_for_log("cycle ended result=in_sync");

  boost::asio::io_context io;
  const boost::asio::ip::tcp::endpoint address(boost::asio::ip::address_v4::loopback(),
                                               static_cast<std::uint16_t>(std::stoi(port_)));
  std::vector<boost::asio::ip::tcp::socket> silent;
  for (int i = 0; i < 40; ++i) silent.emplace_back(io).connect(address);
  EXPECT_EQ(get("/healthz").status, 200);
  drift(kHour);
  EXPECT_EQ(post("/-/reconcile").status, 202);
  daemon_->wait_for_log("action done workspace=dev");
  silent.clear();
  EXPECT_EQ(get("/readyz").status, 200);
  daemon_->signal(SIGTERM);
  EXPECT_EQ(daemon_->wait(), 0) << daemon_->err();
}

TEST_F(Run, EndsWith130OnInterrupt) {
  Process& daemon = start();
  daemon.wait_for_log("cycle ended");
  daemon.signal(SIGINT);
  EXPECT_EQ(daemon.wait(), 130);
}

TEST_F(Run, AWriteThatNeverEndsIsCutOffAfterTheShutdownTimeout) {
  deployment_.declare("worktrees/1/specs/dev.yaml", "dev", "  ttl: 8h\n");
  deployment_.coder.hold("/api/v2/workspaces/");
  Process& daemon = start({"--shutdown-timeout", "100ms"});
  ASSERT_TRUE(deployment_.coder.wait_for_requests("/api/v2/workspaces/", 1, std::chrono::seconds(30)));
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 143);
  deployment_.coder.release();
}

TEST_F(Run, ALogThatNobodyReadsHoldsUpNeitherCyclesNorAnswersNorTheEnd) {
  // Each request is a line, and the pipe takes about thirty.
  for (int i = 0; i < 60; ++i) {
    const std::string name = "w" + std::to_string(i);
    deployment_.declare("worktrees/1/specs/" + name + ".yaml", name, "");
  }
  deployment_.coder.hold("/api/v2/users/me");
  Process& daemon = start({"--log-level", "debug", "--max-changes", "100%"});
  daemon.narrow_err();
  deployment_.coder.release();
  ASSERT_TRUE(deployment_.coder.wait_for_requests("/api/v2/", 60, std::chrono::seconds(30)));
  EXPECT_EQ(get("/healthz").status, 200);
  EXPECT_THAT(get("/metrics").body, HasSubstr("coder_reconciler_log_lines_dropped_total 0\n"));
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait_without_reading(), 0);
}

TEST_F(Run, ASecondSignalEndsItAtOnce) {
  deployment_.declare("worktrees/1/specs/dev.yaml", "dev", "  ttl: 8h\n");
  deployment_.coder.hold("/api/v2/workspaces/");
  Process& daemon = start({"--shutdown-timeout", "10m"});
  ASSERT_TRUE(deployment_.coder.wait_for_requests("/api/v2/workspaces/", 1, std::chrono::seconds(30)));
  daemon.signal(SIGTERM);
  daemon.wait_for_log("stopping");
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 143);
  deployment_.coder.release();
}

TEST_F(Run, StaysUpWhileCoderIsAwayAndRecovers) {
  deployment_.coder.stop_listening();
  Process& daemon = start();
  daemon.wait_for_log("cycle ended result=failed");
  EXPECT_EQ(get("/healthz").status, 200);
  EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_EQ(json::parse(get("/api/v1/summary").body)["result"], "failed");
  deployment_.coder.start_listening();
  EXPECT_EQ(post("/-/reconcile").status, 202);
  daemon.wait_for_log("cycle ended result=in_sync");
  EXPECT_EQ(get("/readyz").status, 200);
}

TEST_F(Run, ATokenThatIsReplacedInItsFileCountsWithoutARestart) {
  const std::string file = deployment_.folder.write("token", "abcdefghij-0123456789abcdefABCDEF");
  Process& daemon = start({"--coder-token-file", file});
  daemon.wait_for_log("cycle ended result=failed");
  EXPECT_EQ(get("/readyz").status, 503);
  deployment_.folder.write("token", deployment_.coder.admin_token() + "\n");
  EXPECT_EQ(post("/-/reconcile").status, 202);
  daemon.wait_for_log("cycle ended result=in_sync");
}

TEST_F(Run, SpecsThatVanishAreStaleAndNoCommand) {
  Process& daemon = start();
  daemon.wait_for_log("cycle ended result=in_sync");
  deployment_.folder.point_link("current", "nowhere");
  daemon.wait_for_log("the last good ones stay in force");
  EXPECT_EQ(post("/-/reconcile").status, 202);
  daemon.wait_for_log("cycle ended result=in_sync");
  const json summary = json::parse(get("/api/v1/summary").body);
  EXPECT_EQ(summary["specs"]["stale"], true);
  EXPECT_THAT(get("/metrics").body, Not(HasSubstr("coder_reconciler_source_read_errors_total 0\n")));
  EXPECT_TRUE(deployment_.coder.writes().empty());
}

TEST_F(Run, SpecsThatComeLaterAreAwaited) {
  deployment_.folder.point_link("current", "later");
  Process& daemon = start();
  daemon.wait_for_log("nothing is changed until they can be read");
  EXPECT_EQ(get("/readyz").status, 503);
  deployment_.declare("later/specs/dev.yaml", "dev", "  ttl: 8h\n");
  daemon.wait_for_log("action done workspace=dev");
}

TEST_F(Run, HoldsAPlanUntilItsDigestIsApproved) {
  deployment_.declare("worktrees/1/specs/dev.yaml", "dev", "  ttl: 8h\n");
  deployment_.declare("worktrees/1/specs/fresh.yaml", "fresh", "");
  Process& daemon = start({"--max-changes", "1"});
  daemon.wait_for_log("cycle ended result=held");
  EXPECT_TRUE(deployment_.coder.writes().empty());
  const std::string digest = json::parse(get("/api/v1/plan").body)["digest"];
  EXPECT_EQ(post("/-/approve", "", digest).status, 401);
  EXPECT_EQ(post("/-/approve", kApiToken, digest).status, 202);
  daemon.wait_for_log("action done");
  daemon.wait_for_log("action done");
  EXPECT_EQ(deployment_.ttl_of("dev"), 8 * kHour);
}

TEST_F(Run, AFloodOfRefusedApprovalsDoesNotDrownTheLogNorAGuess) {
  Process& daemon = start();
  daemon.wait_for_log("cycle ended result=in_sync");
  constexpr std::size_t kFlood = 200;
  // A page of another server is not slowed down as somebody who guesses is.
  for (std::size_t i = 0; i < kFlood; ++i) {
    EXPECT_EQ(
        testing::ask(port_, "POST", "/-/approve", "", "0", "Origin: http://elsewhere.example\r\n").status,
        403);
  }
  EXPECT_EQ(post("/-/approve", "a-guess-of-some-length", "dead").status, 401);
  EXPECT_THAT(get("/metrics").body, HasSubstr("coder_reconciler_approvals_total{result=\"refused\"} 201\n"));
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0);
  std::size_t lines = 0;
  std::size_t counted = 0;
  std::istringstream log(daemon.err());
  for (std::string line; std::getline(log, line);) {
    if (line.find("approval rejected") != std::string::npos) ++lines;
    if (line.find("approvals rejected") == std::string::npos) continue;
    EXPECT_THAT(line, HasSubstr("without a valid token"));
    counted += std::stoul(line.substr(line.find("count=") + 6));
  }
  EXPECT_LE(lines, kFlood / 2) << "twenty a minute";
  EXPECT_EQ(lines + counted, kFlood + 1) << "none is lost";
  EXPECT_THAT(daemon.err(), HasSubstr("digest=dead"));
}

TEST_F(Run, TheTokenIsNowhereToBeSeen) {
  Process& daemon = start({"--log-level", "debug"});
  daemon.wait_for_log("cycle ended");
  std::string seen;
  for (const char* page :
       {"/", "/metrics", "/healthz", "/readyz", "/api/v1/summary", "/api/v1/plan", "/api/v1/workspaces"}) {
    seen += get(page).body;
  }
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0);
  seen += daemon.out() + daemon.err();
  const std::string token = deployment_.coder.admin_token();
  EXPECT_THAT(seen, Not(HasSubstr(token.substr(token.find('-') + 1))));
}

TEST_F(Run, ABusyPortIsAClearError) {
  start().wait_for_log("cycle ended");
  const auto second = deployment_.call({"run", specs(), "--listen", "127.0.0.1:" + port_});
  EXPECT_EQ(second.code, 1);
  EXPECT_THAT(second.err, HasSubstr("cannot listen on 127.0.0.1:" + port_ + ": Address already in use"));
}

TEST_F(Run, LogsAsJson) {
  drift(3'600'000);
  deployment_.folder.write("current/specs/bad.yaml", "kind: Pod\n");
  daemon_.emplace(CR_PROGRAM,
                  std::vector<std::string>{"run", specs(), "--listen", "127.0.0.1:0", "--log-format", "json",
                                           "--log-level", "debug"},
                  deployment_.environment());
  const json line = json::parse(daemon_->wait_for_log("cycle ended"));
  EXPECT_EQ(line["level"], "info");
  EXPECT_EQ(line["result"], "converged");
  EXPECT_TRUE(line["duration"].is_number());
  daemon_->signal(SIGTERM);
  EXPECT_EQ(daemon_->wait(), 0);
  for (const char* event : {"a spec is invalid", "request", "phase ended", "action done", "stopping"}) {
    EXPECT_THAT(daemon_->err(), HasSubstr(std::string{"\"msg\":\""} + event));
  }
  testing::expect_documented_log(daemon_->err());
}

}  // namespace
}  // namespace cr
