// The program keeps its memory to itself before it does anything else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/integration/daemon/deployment.h"

namespace cr {
namespace {

TEST(PrivateMemory, OfARunningDaemonIsInNoCore) {
  testing::Deployment deployment;
  deployment.declare("specs/dev.yaml", "dev", "  ttl: 4h\n");
  testing::Process daemon(
      CR_PROGRAM, {"run", deployment.folder.path("specs"), "--interval", "24h", "--listen", "127.0.0.1:0"},
      deployment.environment());
  daemon.wait_for_log("listening address=");
  std::ifstream file("/proc/" + std::to_string(daemon.pid()) + "/limits");
  std::stringstream limits;
  limits << file.rdbuf();
  EXPECT_THAT(limits.str(), ::testing::ContainsRegex("Max core file size +0 +0 "));
}

}  // namespace
}  // namespace cr
