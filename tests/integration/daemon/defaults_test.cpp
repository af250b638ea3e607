// Values that defaults give, as people meet them: each says where it is from.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <nlohmann/json.hpp>

#include "tests/integration/daemon/deployment.h"

namespace cr {
namespace {

using nlohmann::json;
using testing::Deployment;
using ::testing::HasSubstr;

constexpr std::int64_t kHour = 3'600'000;

struct DefaultsShown : ::testing::Test {
  DefaultsShown() {
    write_defaults("    reconcilePolicy: {update: false}\n    ttl: 8h\n");
    deployment.declare("specs/dev.yaml", "dev", "");
  }
  /// `values`: lines, of which the first is the sixth of the file.
  void write_defaults(const std::string& values) const {
    deployment.folder.write(
        "specs/defaults.yaml",
        "apiVersion: coder-reconciler/v1\nkind: WorkspaceDefaults\nmetadata: {name: all}\n"
        "spec:\n  values:\n" +
            values);
  }
  [[nodiscard]] std::string place(const std::string& line) const {
    return deployment.specs() + "/defaults.yaml:" + line;
  }
  [[nodiscard]] std::string from(const std::string& line) const { return " (from " + place(line) + ")"; }
  [[nodiscard]] std::string plan(const std::string& output) const {
    return deployment.call({"plan", deployment.specs(), "--output", output}).out;
  }
  Deployment deployment;
};

TEST_F(DefaultsShown, InPlansTextJsonAndMarkdown) {
  write_defaults("    ttl: 8h\n    parameters: {region: eu}\n");
  EXPECT_THAT(plan("text"), HasSubstr("ttl: 4h → 8h" + from("6")));
  EXPECT_THAT(plan("text"), HasSubstr("but the spec declares region=eu" + from("7")));
  EXPECT_THAT(plan("markdown"), HasSubstr(place("6")));
  const json planned = json::parse(plan("json"));
  EXPECT_EQ(planned["workspaces"][0]["actions"][0]["toFrom"], place("6")) << planned;
}

TEST_F(DefaultsShown, OfAWorkspaceThatIsToBeCreated) {
  write_defaults("    template: docker\n    ttl: 8h\n");
  deployment.folder.write("specs/fresh.yaml",
                          "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {name: fresh}\n"
                          "spec: {owner: alice}\n");
  EXPECT_THAT(plan("text"),
              HasSubstr("+ create alice/fresh   template docker" + from("6") + ", ttl 8h" + from("7")));
  const json planned = json::parse(plan("json"));
  EXPECT_EQ(planned["workspaces"][1]["actions"][0]["defaults"],
            json({{"template", place("6")}, {"ttl", place("7")}}))
      << planned;
}

TEST_F(DefaultsShown, WhereAWorkspaceWaitsForAPersonBecauseOfThem) {
  EXPECT_THAT(plan("text"), HasSubstr("ttl is 4h, should be 8h" + from("7") +
                                      "; its spec says reconcilePolicy.update: false" + from("6")));
  deployment.declare("specs/fresh.yaml", "fresh", "");
  write_defaults("    reconcilePolicy: {create: false}\n");
  EXPECT_THAT(plan("text"), HasSubstr("its spec says reconcilePolicy.create: false" + from("6")));
  write_defaults("    parameters: {regoin: eu}\n");
  EXPECT_THAT(plan("text"), HasSubstr("unknown parameter with these values: regoin" + from("6")));
}

TEST_F(DefaultsShown, InExplain) {
  EXPECT_THAT(deployment.call({"explain", "alice/dev", deployment.specs()}).out, HasSubstr(place("7")));
  const json explained =
      json::parse(deployment.call({"explain", "alice/dev", deployment.specs(), "--output", "json"}).out);
  EXPECT_THAT(explained.dump(), HasSubstr(place("7")));
}

TEST_F(DefaultsShown, ByTheDaemon) {
  testing::Process daemon(CR_PROGRAM,
                          {"run", deployment.specs(), "--interval", "24h", "--listen", "127.0.0.1:0"},
                          deployment.environment());
  const std::string line = daemon.wait_for_log("listening address=");
  const std::string port = line.substr(line.rfind(':') + 1);
  daemon.wait_for_log("cycle ended");
  const json row = json::parse(testing::ask(port, "GET", "/api/v1/workspaces/alice/dev").body);
  EXPECT_EQ(row["defaults"]["ttl"], place("7"));
  EXPECT_EQ(row["defaults"]["reconcilePolicy.update"], place("6"));
  EXPECT_EQ(row["drift"][0]["desiredFrom"], place("7")) << row;
  EXPECT_THAT(row["message"], HasSubstr("(from " + place("7") + ")"));
  EXPECT_THAT(testing::ask(port, "GET", "/").body, HasSubstr(place("7")));
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0) << daemon.err();
}

TEST_F(DefaultsShown, InApplysTextAndWhatIsWritten) {
  write_defaults("    ttl: 8h\n");
  EXPECT_THAT(deployment.call({"apply", deployment.specs()}).out, HasSubstr(from("6")));
  EXPECT_EQ(deployment.ttl_of("dev"), 8 * kHour);
}

TEST_F(DefaultsShown, WhereTheyCannotBeReadNothingBelowIsTouched) {
  deployment.folder.write("specs/defaults.yaml",
                          "apiVersion: coder-reconciler/v1\nkind: WorkspaceDefault\nmetadata: {name: all}\n"
                          "spec: {values: {reconcilePolicy: {update: false}}}\n");
  deployment.declare("specs/dev.yaml", "dev", "  ttl: 8h\n");
  const testing::Ended ended = deployment.call({"apply", deployment.specs()});
  EXPECT_EQ(ended.code, 4);
  EXPECT_THAT(ended.err,
              HasSubstr("depends on " + place("1") + ", which is invalid and may be WorkspaceDefaults"));
  EXPECT_EQ(deployment.ttl_of("dev"), 4 * kHour);
}

}  // namespace
}  // namespace cr
