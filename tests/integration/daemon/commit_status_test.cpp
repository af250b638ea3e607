// The daemon as a process, and what the forge shows beside the specs' commits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/integration/daemon/deployment.h"
#include "tests/integration/daemon/receiver.h"

namespace cr {
namespace {

using nlohmann::json;
using testing::Deployment;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Process;
using testing::Receiver;

/// What a forge was told, once it takes no more: "1111111 pending: text".
std::vector<std::string> told(Receiver& forge) {
  std::vector<std::string> told;
  for (const std::string& request : forge.requests()) {
    const json body = json::parse(testing::body_of(request));
    const std::string line = testing::request_line(request);
    const std::string sha = line.substr(line.rfind('/', line.rfind(" HTTP")) + 1, 7);
    told.push_back(sha + ' ' + body.at("state").get<std::string>() + ": " +
                   body.at("description").get<std::string>());
  }
  return told;
}

class CommitStatus : public ::testing::Test {
 protected:
  CommitStatus() { commit('1', "  ttl: 4h\n"); }

  /// As git leaves a checkout: files first, then what HEAD names.
  void commit(char digit, const std::string& fields) {
    deployment_.declare("specs/dev.yaml", "dev", fields);
    deployment_.folder.write("specs/.git/HEAD", std::string(40, digit) + '\n');
  }
  Process& start(const Receiver& forge, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments{"run",
                                       deployment_.specs(),
                                       "--interval",
                                       "24h",
                                       "--listen",
                                       "127.0.0.1:0",
                                       "--commit-status",
                                       "gitea",
                                       "--commit-status-url",
                                       forge.url(),
                                       "--commit-status-repository",
                                       "team/specs",
                                       "--commit-status-token-file",
                                       deployment_.folder.write("forge-token", "s3cret\n")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    daemon_.emplace(CR_PROGRAM, arguments, deployment_.environment());
    return *daemon_;
  }
  void end() {
    daemon_->signal(SIGTERM);
    EXPECT_EQ(daemon_->wait(), 0);
    EXPECT_THAT(daemon_->err(), Not(HasSubstr("s3cret")));
  }

  Deployment deployment_;
  std::optional<Process> daemon_;
};

TEST_F(CommitStatus, IsPendingThenSuccessAndOfACommitThatCannotBeAppliedFailure) {
  Receiver forge("201 Created");
  Process& daemon = start(forge, {"--external-url", "https://reconciler.example.com/",
                                  "--commit-status-context", "coder-reconciler/prod"});
  daemon.wait_for_log("state=success");
  commit('2', "  ttl: 8h\n");
  daemon.signal(SIGHUP);
  daemon.wait_for_log("commit status sent revision=" + std::string(40, '2') + " state=pending");
  daemon.wait_for_log("commit status sent revision=" + std::string(40, '2') + " state=success");
  EXPECT_EQ(deployment_.ttl_of("dev"), 8 * 3'600'000) << "never before it is so";
  commit('3', "  ttl: 8h\n  template: there-is-none\n");
  deployment_.folder.write("specs/dev.yaml",
                           "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata:\n  name: dev\nspec:\n"
                           "  owner: nobody\n  template: docker\n");
  daemon.signal(SIGHUP);
  daemon.wait_for_log("commit status sent revision=" + std::string(40, '3') + " state=failure");
  end();
  EXPECT_THAT(
      told(forge),
      ElementsAre("1111111 success: 1 workspace converged", "2222222 pending: 0 of 1 workspace converged",
                  "2222222 success: 1 workspace converged", "3333333 pending: 0 of 1 workspace converged",
                  "3333333 failure: 1 workspace needs a person: nobody/dev OwnerNotFound"));
  const std::string& request = forge.requests().front();
  EXPECT_EQ(testing::request_line(request),
            "POST /api/v1/repos/team/specs/statuses/" + std::string(40, '1') + " HTTP/1.1");
  EXPECT_EQ(testing::header_of(request, "Authorization"), "token s3cret");
  EXPECT_EQ(json::parse(testing::body_of(request)).at("target_url"), "https://reconciler.example.com");
  EXPECT_EQ(json::parse(testing::body_of(request)).at("context"), "coder-reconciler/prod");
}

TEST_F(CommitStatus, ATokenThatIsRejectedIsSaidOnceAndCostsNothingElse) {
  Receiver forge("401 Unauthorized");
  Process& daemon = start(forge);
  daemon.wait_for_log("commit status rejected");
  commit('2', "  ttl: 8h\n");
  daemon.signal(SIGHUP);
  daemon.wait_for_log("cycle ended result=converged");
  end();
  const std::string& log = daemon.err();
  const std::size_t first = log.find("commit status rejected");
  EXPECT_EQ(log.find("commit status rejected", first + 1), std::string::npos);
  EXPECT_THAT(log, HasSubstr("--commit-status-token-file"));
  EXPECT_EQ(deployment_.ttl_of("dev"), 8 * 3'600'000);
}

TEST_F(CommitStatus, SpecsThatAreInNoGitHaveNone) {
  std::filesystem::remove_all(deployment_.folder.path("specs/.git"));
  Receiver forge("201 Created");
  Process& daemon = start(forge);
  daemon.wait_for_log("cycle ended result=in_sync");
  end();
  EXPECT_THAT(daemon.err(), HasSubstr("no commit status is sent: the specs are in no Git checkout"));
  EXPECT_THAT(told(forge), ::testing::IsEmpty());
}

TEST_F(CommitStatus, WhatCannotBeUsedIsSaidAtTheStart) {
  Receiver forge("201 Created");
  deployment_.folder.write("bad-token", "s3cret with\nline breaks\n");
  Process& daemon = start(forge, {"--commit-status-token-file", deployment_.folder.path("bad-token")});
  EXPECT_EQ(daemon.wait(), 64);
  EXPECT_THAT(daemon.err(), HasSubstr("--commit-status-token-file: "));
  EXPECT_THAT(daemon.err(), Not(HasSubstr("s3cret")));
  Process& again = start(forge, {"--commit-status-url", "https://127.0.0.1:1", "--commit-status-ca-file",
                                 deployment_.folder.path("nowhere.pem")});
  EXPECT_EQ(again.wait(), 64);
  EXPECT_THAT(again.err(), HasSubstr("--commit-status-ca-file"));
}

}  // namespace
}  // namespace cr
