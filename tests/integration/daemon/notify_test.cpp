// The daemon as a process, and who is told of what it finds.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <signal.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "tests/integration/daemon/deployment.h"
#include "tests/integration/daemon/receiver.h"

namespace cr {
namespace {

using nlohmann::json;
using testing::Deployment;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Process;
using testing::Receiver;
using ::testing::SizeIs;

constexpr const char* kSecret = "a secret of theirs and ours";

/// As a receiver checks it.
std::string signature_of(const std::string& request) {
  const std::string text =
      testing::header_of(request, "Coder-Reconciler-Timestamp") + '.' + testing::body_of(request);
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), kSecret, static_cast<int>(std::string_view(kSecret).size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac, &size);
  std::string made = "v1=";
  for (unsigned int i = 0; i < size; ++i) made += fmt::format("{:02x}", mac[i]);
  return made;
}

std::string hook_of(const Receiver& receiver) {
  return receiver.url() + "/hook/s3cret?key=s3cret";
}

class Notify : public ::testing::Test {
 protected:
  Notify() { deployment_.declare("specs/dev.yaml", "dev", "  ttl: 4h\n"); }

  Process& start(const std::string& urls, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments{"run",
                                       deployment_.specs(),
                                       "--interval",
                                       "24h",
                                       "--listen",
                                       "127.0.0.1:0",
                                       "--log-level",
                                       "debug",
                                       "--notify-url-file",
                                       deployment_.folder.write("urls", urls)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    daemon_.emplace(CR_PROGRAM, arguments, deployment_.environment());
    return *daemon_;
  }
  void drift() {
    deployment_.coder.with_state([&](standin::State& state) {
      state.set_ttl("alice", "dev", 3'600'000);
      return 0;
    });
  }
  void end() {
    daemon_->signal(SIGTERM);
    EXPECT_EQ(daemon_->wait(), 0);
    EXPECT_THAT(daemon_->err(), Not(HasSubstr("s3cret")));
  }

  Deployment deployment_;
  std::optional<Process> daemon_;
};

TEST_F(Notify, DriftIsToldAsASignedCloudEventAndOnce) {
  Receiver receiver("202 Accepted");
  Process& daemon =
      start(hook_of(receiver), {"--notify-secret-file", deployment_.folder.write("secret", kSecret)});
  daemon.wait_for_log("cycle ended result=in_sync");
  drift();
  daemon.signal(SIGHUP);
  daemon.wait_for_log("notification sent receiver=1");
  daemon.signal(SIGHUP);
  daemon.wait_for_log("cycle ended result=in_sync");
  end();
  const std::vector<std::string> requests = receiver.requests();
  ASSERT_THAT(requests, SizeIs(1));
  EXPECT_EQ(testing::request_line(requests[0]), "POST /hook/s3cret?key=s3cret HTTP/1.1");
  EXPECT_EQ(testing::header_of(requests[0], "Content-Type"), "application/cloudevents+json; charset=utf-8");
  const json event = json::parse(testing::body_of(requests[0]));
  EXPECT_EQ(event.at("source"), deployment_.coder.url());
  EXPECT_EQ(event.at("data").at("news").at(0).at("kind"), "DriftFound");
  EXPECT_EQ(event.at("data").at("news").at(0).at("workspaces"), json({"alice/dev"}));
  EXPECT_EQ(testing::header_of(requests[0], "Coder-Reconciler-Signature"), signature_of(requests[0]));
}

TEST_F(Notify, SlackIsToldOfAHeldPlanWithTheWayOutAtTheFirstCycle) {
  for (int i = 0; i < 12; ++i) {
    const std::string name = "new" + std::to_string(i);
    deployment_.declare("specs/" + name + ".yaml", name, "");
  }
  Receiver receiver("200 OK");
  Process& daemon = start("# the team's channel\n" + hook_of(receiver) + "\n", {"--notify-format", "slack"});
  daemon.wait_for_log("notification sent");
  end();
  const std::vector<std::string> requests = receiver.requests();
  ASSERT_THAT(requests, SizeIs(1));
  EXPECT_EQ(testing::header_of(requests[0], "Content-Type"), "application/json; charset=utf-8");
  const std::string message = json::parse(testing::body_of(requests[0])).at("blocks").dump();
  EXPECT_THAT(message, HasSubstr("PlanHeld"));
  EXPECT_THAT(message, HasSubstr("coder-reconciler apply --approve "));
}

TEST_F(Notify, AReceiverThatHangsHoldsUpNothing) {
  Receiver silent("");
  Receiver receiver("200 OK");
  Process& daemon = start(hook_of(silent) + '\n' + hook_of(receiver));
  daemon.wait_for_log("cycle ended result=in_sync");
  drift();
  daemon.signal(SIGHUP);
  daemon.wait_for_log("notification sent receiver=2");
  EXPECT_EQ(deployment_.ttl_of("dev"), 4 * 3'600'000);
  end();
}

TEST_F(Notify, WhatCannotBeUsedIsSaidAtTheStart) {
  for (const auto& [urls, secret, problem] :
       {std::tuple{"ftp://s3cret/", kSecret, "--notify-url-file: "},
        std::tuple{"https://example.com/s3cret", "s3cret", "--notify-secret-file: "}}) {
    Process& daemon = start(urls, {"--notify-secret-file", deployment_.folder.write("secret", secret)});
    EXPECT_EQ(daemon.wait(), 64);
    EXPECT_THAT(daemon.err(), HasSubstr(problem));
    EXPECT_THAT(daemon.err(), Not(HasSubstr("s3cret")));
  }
}

}  // namespace
}  // namespace cr
