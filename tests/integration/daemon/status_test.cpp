// What `status` tells of a daemon.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/integration/daemon/deployment.h"

namespace cr {
namespace {

using testing::Deployment;
using testing::Ended;
using ::testing::HasSubstr;
using testing::Process;
using ::testing::StartsWith;

class Status : public ::testing::Test {
 protected:
  void start(const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments{"run", deployment_.specs(), "--interval",
                                       "24h", "--listen",          "127.0.0.1:0"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    daemon_.emplace(CR_PROGRAM, arguments, deployment_.environment());
    const std::string line = daemon_->wait_for_log("listening address=");
    url_ = "http://127.0.0.1:" + line.substr(line.rfind(':') + 1);
    while (!url_.empty() && (url_.back() == '\n' || url_.back() == '\r')) url_.pop_back();
    daemon_->wait_for_log("cycle ended");
  }
  /// Without any way to Coder: it needs none.
  Ended status(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{"status", "--daemon", url_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return testing::run_program(CR_PROGRAM, arguments, {{"HOME", "/nonexistent"}});
  }

  Deployment deployment_;
  std::optional<Process> daemon_;
  std::string url_;
};

TEST_F(Status, OfAReadyDaemonIsGood) {
  deployment_.declare("specs/dev.yaml", "dev", "  ttl: 4h\n");
  start();
  const Ended told = status();
  EXPECT_EQ(told.code, 0) << told.err;
  EXPECT_THAT(told.out, StartsWith("ready: "));
  EXPECT_THAT(told.out, HasSubstr("1 workspace: 1 as declared\n1 spec in 1 file"));
  const Ended json = status({"--output", "json"});
  EXPECT_EQ(json.code, 0) << json.err;
  testing::expect_documented_answer("/api/v1/summary", 200, json.out);
}

TEST_F(Status, NamesWhatIsHeldAndWhatNeedsAction) {
  for (int i = 0; i < 12; ++i) {
    const std::string name = "new" + std::to_string(i);
    deployment_.declare("specs/" + name + ".yaml", name, "");
  }
  start();
  const Ended told = status();
  EXPECT_EQ(told.code, 0) << "the daemon works; what is held waits for a person: " << told.err;
  EXPECT_THAT(told.out, HasSubstr("\nHeld: "));
  EXPECT_THAT(told.out, HasSubstr("POST " + url_ + "/-/approve?digest="));
  EXPECT_THAT(told.out, HasSubstr("\nNeeds action:\n  alice/new0  Held  "));
  EXPECT_THAT(told.out, HasSubstr("\n  and 2 more\n"));
}

TEST_F(Status, OfADaemonThatCannotReachCoderIsNotReady) {
  deployment_.declare("specs/dev.yaml", "dev", "  ttl: 4h\n");
  start({"--coder-url", "http://127.0.0.1:1"});
  const Ended told = status();
  EXPECT_EQ(told.code, 3) << told.err;
  EXPECT_THAT(told.out + told.err, HasSubstr("not ready: "));
}

TEST_F(Status, NeedsTheTokenForReadsWhereThereIsOne) {
  deployment_.declare("specs/dev.yaml", "dev", "  ttl: 4h\n");
  const std::string file = deployment_.folder.write("read-token", "a-token-for-all-reads");
  start({"--read-token-file", file});
  const Ended refused = status();
  EXPECT_EQ(refused.code, 6);
  EXPECT_THAT(refused.err, HasSubstr("set --read-token-file"));
  EXPECT_EQ(status({"--read-token-file", file}).code, 0);
  EXPECT_EQ(status({"--read-token-file", file + "x"}).code, 64);
}

TEST_F(Status, WhereThereIsNoDaemonSaysSo) {
  url_ = "http://127.0.0.1:1";
  const Ended told = status();
  EXPECT_EQ(told.code, 6);
  EXPECT_EQ(told.out, "");
  EXPECT_THAT(told.err, StartsWith("coder-reconciler: http://127.0.0.1:1: connecting to 127.0.0.1:1: "));
}

}  // namespace
}  // namespace cr
