// Plans that a daemon makes of specs that are sent to it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/daemon/deployment.h"

namespace cr {
namespace {

using nlohmann::json;
using testing::Answer;
using testing::Deployment;
using testing::Ended;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Process;
using ::testing::StartsWith;

constexpr std::int64_t kHour = 3'600'000;
constexpr const char* kPlanToken = "a-token-for-plans";
constexpr const char* kApiToken = "a-token-of-the-api";
constexpr const char* kReadToken = "a-token-for-reads";

std::string text_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// A daemon, and a directory with what somebody proposes beside the specs in force.
class PlanByDaemon : public ::testing::Test {
 protected:
  PlanByDaemon() {
    deployment_.declare("worktrees/1/specs/dev.yaml", "dev", "  ttl: 4h\n");
    deployment_.folder.point_link("current", "worktrees/1");
    deployment_.folder.write("api-token", kApiToken);
    deployment_.folder.write("read-token", kReadToken);
    plan_token_ = deployment_.folder.write("plan-token", kPlanToken);
  }
  Process& start(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"run",
                                       deployment_.folder.path("current/specs"),
                                       "--interval",
                                       "24h",
                                       "--listen",
                                       "127.0.0.1:0",
                                       "--api-token-file",
                                       deployment_.folder.path("api-token"),
                                       "--read-token-file",
                                       deployment_.folder.path("read-token"),
                                       "--plan-token-file",
                                       plan_token_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    daemon_.emplace(CR_PROGRAM, arguments, deployment_.environment());
    const std::string line = daemon_->wait_for_log("listening address=");
    port_ = line.substr(line.rfind(':') + 1);
    while (!port_.empty() && (port_.back() == '\n' || port_.back() == '\r')) port_.pop_back();
    daemon_->wait_for_log("cycle ended");
    return *daemon_;
  }
  /// What a pull request would have.
  void propose(const std::string& file, const std::string& name, const std::string& fields) const {
    deployment_.declare("worktrees/2/specs/" + file, name, fields);
  }
  [[nodiscard]] std::string proposed() const { return deployment_.folder.path("worktrees/2/specs"); }
  /// All that comes before the daemon closes the connection.
  [[nodiscard]] std::string exchange(const std::string& request) const {
    boost::asio::io_context io;
    boost::asio::ip::tcp::socket socket(io);
    socket.connect({boost::asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::stoi(port_))});
    boost::asio::write(socket, boost::asio::buffer(request));
    std::string answer;
    boost::system::error_code end;
    boost::asio::read(socket, boost::asio::dynamic_buffer(answer), end);
    return answer;
  }
  [[nodiscard]] static std::string head(std::size_t bytes, const std::string& more = {}) {
    return "POST /-/plan HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer " +
           std::string(kPlanToken) + "\r\n" + more + "Content-Length: " + std::to_string(bytes) + "\r\n\r\n";
  }
  /// Without any way to Coder.
  Ended plan(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{
        "plan", proposed(), "--daemon", "http://127.0.0.1:" + port_, "--plan-token-file", plan_token_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    Ended ended = testing::run_program(CR_PROGRAM, arguments, {{"HOME", "/nonexistent"}});
    testing::expect_documented(arguments, ended.out);
    return ended;
  }
  /// The same by a process that has a token for Coder.
  Ended plan_here(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"plan", proposed()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return deployment_.call(arguments);
  }
  Answer post(const std::string& body, const std::string& token = kPlanToken) const {
    Answer answer = testing::ask(port_, "POST", "/-/plan", token, body);
    if (answer.status >= 400) testing::expect_documented_answer("/-/plan", answer.status, answer.body);
    return answer;
  }
  static std::string body_of(const std::string& path, const std::string& text) {
    return json{{"files", {{{"path", path}, {"text", text}}}}}.dump();
  }

  Deployment deployment_;
  std::optional<Process> daemon_;
  std::string port_, plan_token_;
};

TEST_F(PlanByDaemon, SaysWhatAPlanWithATokenForCoderSays) {
  start();
  propose("dev.yaml", "dev", "  ttl: 8h\n");
  propose("new.yaml", "fresh", "");
  propose("bad.yaml", "odd", "  ttl: 90s\n");
  for (const std::string output : {"text", "markdown", "json"}) {
    const Ended here = plan_here({"--output", output, "--detailed-exitcode"});
    const Ended there = plan({"--output", output, "--detailed-exitcode"});
    EXPECT_EQ(there.out, here.out);
    EXPECT_EQ(there.code, here.code) << output;
    EXPECT_THAT(there.err, HasSubstr("bad.yaml:"));
    EXPECT_EQ(there.err, here.err);
    EXPECT_THAT(there.out, HasSubstr("fresh"));
  }
  EXPECT_EQ(deployment_.ttl_of("dev"), 4 * kHour);
}

TEST_F(PlanByDaemon, EndsAsAPlanDoes) {
  start();
  propose("dev.yaml", "dev", "  ttl: 4h\n");
  EXPECT_EQ(plan({"--detailed-exitcode"}).code, 0);
  propose("dev.yaml", "dev", "  ttl: 8h\n");
  EXPECT_EQ(plan().code, 0);
  EXPECT_EQ(plan({"--detailed-exitcode"}).code, 2);
  propose("bad.yaml", "odd", "  ttl: 90s\n");
  EXPECT_EQ(plan({"--detailed-exitcode"}).code, 4);
}

TEST_F(PlanByDaemon, ItsDigestIsAcceptedOnceTheSpecsAreInForce) {
  Process& daemon = start({"--max-changes", "0"});
  propose("dev.yaml", "dev", "  ttl: 8h\n");
  const json planned = json::parse(plan({"--output", "json"}).out);
  const std::string digest = planned["digest"];
  EXPECT_EQ(testing::ask(port_, "POST", "/-/approve?digest=" + digest, kApiToken).status, 409)
      << "it is not in force";
  deployment_.folder.point_link("current", "worktrees/2");
  daemon.wait_for_log("cycle ended result=held");
  EXPECT_EQ(testing::ask(port_, "POST", "/-/approve?digest=" + digest, kApiToken).status, 202);
  daemon.wait_for_log("action done workspace=dev");
  EXPECT_EQ(deployment_.ttl_of("dev"), 8 * kHour);
}

TEST_F(PlanByDaemon, LeavesReportsForCiAndComparesWithABaseline) {
  start();
  propose("dev.yaml", "dev", "  ttl: 8h\n");
  const std::string earlier = deployment_.folder.write("baseline.json", plan({"--output", "json"}).out);
  propose("new.yaml", "fresh", "");
  const std::string junit = deployment_.folder.path("there.xml");
  const std::string sarif = deployment_.folder.path("there.sarif");
  const Ended there = plan({"--baseline", earlier, "--report-junit", junit, "--report-sarif", sarif});
  const std::string junit_here = deployment_.folder.path("here.xml");
  const std::string sarif_here = deployment_.folder.path("here.sarif");
  const Ended here =
      plan_here({"--baseline", earlier, "--report-junit", junit_here, "--report-sarif", sarif_here});
  EXPECT_EQ(there.out, here.out);
  EXPECT_THAT(there.out, HasSubstr("Baseline: 1 new, 1 standing, 0 gone."));
  const auto results = [](const std::string& file) {
    return json::parse(text_of(file))["runs"][0]["results"];
  };
  EXPECT_EQ(results(sarif), results(sarif_here));
  EXPECT_THAT(text_of(junit), HasSubstr("alice/fresh"));
}

TEST_F(PlanByDaemon, TakesDefaultsFromAboveAndFromOtherFiles) {
  start();
  deployment_.folder.write("worktrees/2/.git/HEAD", "0123456789012345678901234567890123456789\n");
  deployment_.folder.write("worktrees/2/defaults.yaml",
                           "apiVersion: coder-reconciler/v1\nkind: WorkspaceDefaults\nmetadata: {name: d}\n"
                           "spec: {values: {ttl: 6h}}\n");
  propose("dev.yaml", "dev", "");
  const Ended there = plan();
  EXPECT_EQ(there.out, plan_here().out);
  EXPECT_THAT(there.out, HasSubstr("4h → 6h"));
}

TEST_F(PlanByDaemon, IsOpenedByItsOwnTokenAloneAndOpensNothingElse) {
  Process& daemon = start();
  const std::string body = body_of("a.yaml", Deployment::spec("dev", "  ttl: 8h\n"));
  EXPECT_EQ(post(body, "").status, 401);
  EXPECT_EQ(post(body, kApiToken).status, 401);
  EXPECT_EQ(post(body, kReadToken).status, 401);
  EXPECT_EQ(post(body).status, 200);
  EXPECT_EQ(testing::ask(port_, "POST", "/-/approve?digest=0", kPlanToken).status, 401);
  EXPECT_EQ(testing::ask(port_, "GET", "/api/v1/plan", kPlanToken).status, 401);
  EXPECT_EQ(testing::ask(port_, "GET", "/metrics", kPlanToken).status, 401);
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0);
  EXPECT_THAT(daemon.err(), HasSubstr("planned specs for a client"));
  EXPECT_THAT(daemon.err(), Not(HasSubstr(kPlanToken)));
}

TEST_F(PlanByDaemon, WithoutATokenFilePlansForNobody) {
  plan_token_ = deployment_.folder.write("none-yet", kPlanToken);
  start();
  deployment_.folder.write("none-yet", "short");
  const Answer refused = post(body_of("a.yaml", ""), "short");
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(refused.body, HasSubstr("--plan-token-file"));
}

TEST_F(PlanByDaemon, ThatIsRefusedSaysWhatToDo) {
  start();
  propose("dev.yaml", "dev", "  ttl: 4h\n");
  const std::string right = plan_token_;
  plan_token_ = deployment_.folder.write("wrong-token", "another-token-for-plans");
  const Ended refused = plan();
  EXPECT_EQ(refused.code, 6);
  EXPECT_THAT(refused.err, HasSubstr("it rejects the token of --plan-token-file"));
  plan_token_ = right;
  port_ = "1";
  EXPECT_EQ(plan().code, 6);
  const Ended selecting = plan({"--owner", "alice"});
  EXPECT_EQ(selecting.code, 64);
  EXPECT_THAT(selecting.err, HasSubstr("leave out --selector, --owner and --name"));
}

TEST_F(PlanByDaemon, PathsAreNamesThatLeadNowhere) {
  start();
  const std::string secret = deployment_.folder.write("secret.yaml", Deployment::spec("stolen", ""));
  for (const std::string& path : {std::string("../../etc/passwd"), std::string("/etc/passwd"), secret,
                                  std::string("a/../../b.yaml"), std::string("<b>&\"'\xE2\x80\xAE.yaml")}) {
    const Answer answer = post(body_of(path, Deployment::spec("dev", "  ttl: 8h\n")));
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(json::parse(answer.body)["changes"], 1) << answer.body;
    EXPECT_THAT(answer.body, Not(HasSubstr("stolen")));
  }
  for (const char* path : {"a\nb.yaml", "a\tb", "\x1b[2J.yaml"}) {
    const Answer answer = post(body_of(path, Deployment::spec("dev", "  ttl: 90s\n")));
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(json::parse(answer.body)["diagnostics"].size(), 1U);
    for (const char c : answer.body)
      ASSERT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20) << answer.body;
  }
}

TEST_F(PlanByDaemon, HostileBodiesAreRefusedAndTheNextPlanIsMade) {
  start();
  const std::vector<std::pair<std::string, int>> bodies{
      {"", 400},
      {"no JSON", 400},
      {"[]", 400},
      {R"({"files": {}})", 400},
      {R"({"files": [{"path": "a.yaml", "text": 7}]})", 400},
      {R"({"files": [{"path": "a.yaml", "texts": ""}]})", 400},
      {R"({"files": [{"path": "a"}, {"path": "a"}]})", 400},
      {R"({"files": [], "output": "html"})", 400},
      {R"({"files": [], "baseline": "{}"})", 400},
      {R"({"files": [], "baseline": "[[[[[[[[[[[[[[[[[[[[[[[["})", 400},
      {std::string(10'000'000, '['), 400},
      {"{\"files\": [" + std::string(3'000'000, ',') + "]}", 400},
  };
  for (const auto& [body, status] : bodies) {
    EXPECT_EQ(post(body).status, status) << body.substr(0, 80);
    ASSERT_EQ(post(body_of("a.yaml", Deployment::spec("dev", "  ttl: 8h\n"))).status, 200);
  }
  json files = json::array();
  for (int file = 0; file < 11; ++file) {
    std::string text;
    for (int i = 0; i < 1000; ++i)
      text += "---\n" + Deployment::spec("w" + std::to_string(file * 1000 + i), "");
    files.push_back({{"path", std::to_string(file) + ".yaml"}, {"text", text}});
  }
  const Answer refused = post(json{{"files", files}}.dump());
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.body, HasSubstr("more than 10000 documents"));
  // YAML that is meant to take memory harms its own document alone.
  std::string much =
      "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata:\n  name: much\n  annotations:\n    a: "
      "&x " +
      std::string(500'000, 'x') + "\n";
  for (int i = 0; i < 20'000; ++i) much += "    k" + std::to_string(i) + ": *x\n";
  const Answer refused_much = post(body_of("much.yaml", much));
  EXPECT_EQ(refused_much.status, 200);
  EXPECT_THAT(refused_much.body, HasSubstr("times its own text"));
  std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c < 'k'; ++c) {
    const std::string before = std::string("*") + static_cast<char>(c - 1);
    bomb += std::string(1, c) + ": &" + c + " [" + before;
    for (int i = 1; i < 10; ++i) bomb += "," + before;
    bomb += "]\n";
  }
  const Answer beside = post(json{{"files",
                                   {{{"path", "bomb.yaml"}, {"text", bomb}},
                                    {{"path", "a.yaml"}, {"text", Deployment::spec("dev", "  ttl: 8h\n")}}}}}
                                 .dump());
  EXPECT_EQ(beside.status, 200);
  EXPECT_EQ(json::parse(beside.body)["changes"], 1);
}

TEST_F(PlanByDaemon, ARequestThatIsTooLargeIsRefusedByItsHead) {
  start();
  EXPECT_THAT(exchange(head(17'000'000)), StartsWith("HTTP/1.1 413 "));
}

TEST_F(PlanByDaemon, AFileByItselfIsPlannedToo) {
  start();
  const std::string text = Deployment::spec("dev", "  ttl: 8h\n");
  const std::string answer =
      exchange(head(text.size(), "Content-Type: application/yaml\r\nAccept: text/markdown\r\n") + text);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK"));
  EXPECT_THAT(answer, HasSubstr("Content-Type: text/markdown"));
  EXPECT_THAT(answer, HasSubstr("Coder-Reconciler-Exit-Code: 0"));
  EXPECT_THAT(answer, HasSubstr("Plan digest:"));
}

TEST_F(PlanByDaemon, OneAtATimeAndAClientThatGoesAwayMakesRoom) {
  Process& daemon = start();
  // Coder is silent as soon as somebody looks for a workspace by its name.
  deployment_.coder.hold("/api/v2/users/alice/workspace/");
  const std::string body = body_of("a.yaml", Deployment::spec("fresh", ""));
  const std::string request = head(body.size()) + body;
  boost::asio::io_context io;
  std::optional<boost::asio::ip::tcp::socket> first(std::in_place, io);
  first->connect({boost::asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::stoi(port_))});
  boost::asio::write(*first, boost::asio::buffer(request));
  while (deployment_.coder.request_count("/api/v2/users/alice/workspace/") == 0) std::this_thread::yield();
  const Answer second = post(body);
  EXPECT_EQ(second.status, 429);
  EXPECT_THAT(second.body, HasSubstr("retry"));
  // The loop goes on.
  EXPECT_EQ(testing::ask(port_, "GET", "/healthz").status, 200);
  daemon.signal(SIGHUP);
  daemon.wait_for_log("cycle ended result=in_sync");
  first.reset();
  daemon.wait_for_log("no plan for a client");
  deployment_.coder.release();
  EXPECT_EQ(post(body).status, 200);
}

TEST_F(PlanByDaemon, APlanThatIsBeingMadeDoesNotKeepTheDaemonFromEnding) {
  Process& daemon = start();
  deployment_.coder.hold("/api/v2/users/alice/workspace/");
  propose("new.yaml", "fresh", "");
  Process client(
      CR_PROGRAM,
      {"plan", proposed(), "--daemon", "http://127.0.0.1:" + port_, "--plan-token-file", plan_token_},
      {{"HOME", "/nonexistent"}});
  while (deployment_.coder.request_count("/api/v2/users/alice/workspace/") == 0) std::this_thread::yield();
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0);
  EXPECT_EQ(client.wait(), 6);
}

TEST_F(PlanByDaemon, WhatCoderDoesNotShowEndsAsItDoesForAPlan) {
  start();
  propose("new.yaml", "fresh", "");
  standin::FaultRule away(standin::FaultKind::status);
  away.status = 403;
  away.target_prefix = "/api/v2/users/alice/workspace/";
  deployment_.coder.add_fault(away);
  const Ended there = plan();
  EXPECT_EQ(there.code, plan_here().code);
  EXPECT_NE(there.code, 0);
}

}  // namespace
}  // namespace cr
