// The views of CI systems, as `validate` and `plan` leave them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "tests/integration/daemon/deployment.h"

namespace cr {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

std::string text_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

class CiReports : public ::testing::Test {
 protected:
  [[nodiscard]] testing::Ended call(const std::string& command) {
    return deployment_.call(
        {command, deployment_.specs(), "--report-junit", junit_, "--report-sarif", sarif_});
  }
  [[nodiscard]] json run() const { return json::parse(text_of(sarif_))["runs"][0]; }
  [[nodiscard]] std::string junit() const { return text_of(junit_); }

  testing::Deployment deployment_;
  std::string junit_ = deployment_.folder.path("junit.xml");
  std::string sarif_ = deployment_.folder.path("report.sarif");
};

TEST_F(CiReports, OfAValidationShowWhatIsWrongAtItsLineAndColumn) {
  deployment_.declare("specs/dev.yaml", "dev", "  ttl: 90s\n");
  EXPECT_EQ(call("validate").code, 4);
  const json results = run()["results"];
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results[0]["level"], "error");
  EXPECT_EQ(results[0]["locations"][0]["physicalLocation"]["region"],
            json::parse(R"({"startLine": 8, "startColumn": 8})"));
  EXPECT_THAT(junit(), HasSubstr("failures=\"1\""));
}

TEST_F(CiReports, OfAPlanNoteAChangeWhereItIsDeclared) {
  deployment_.declare("specs/dev.yaml", "dev", "  ttl: 8h\n");
  EXPECT_EQ(call("plan").code, 0);
  const json results = run()["results"];
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results[0]["ruleId"], "set_ttl");
  EXPECT_EQ(results[0]["level"], "note");
  EXPECT_EQ(results[0]["message"]["text"], "alice/dev: would change ttl: 4h → 8h");
  EXPECT_EQ(results[0]["locations"][0]["physicalLocation"]["region"]["startLine"], 8);
  EXPECT_THAT(junit(), HasSubstr("failures=\"0\""));
}

TEST_F(CiReports, AreWrittenWhereTheRunFailsToo) {
  EXPECT_NE(call("validate").code, 0);  // there is no such directory
  EXPECT_EQ(run()["invocations"][0]["executionSuccessful"], false);
  EXPECT_THAT(junit(), HasSubstr("<error "));
  deployment_.declare("specs/dev.yaml", "dev", "  ttl: 8h\n");
  deployment_.coder.stop_listening();
  EXPECT_EQ(call("plan").code, 6);
  EXPECT_EQ(run()["invocations"][0]["executionSuccessful"], false);
  EXPECT_THAT(junit(), HasSubstr("<error "));
}

TEST_F(CiReports, ThatCannotBeWrittenAreNoSuccess) {
  deployment_.declare("specs/dev.yaml", "dev", "  ttl: 4h\n");
  junit_ = deployment_.folder.path("no/such/junit.xml");
  const testing::Ended ended = call("plan");
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("--report-junit: cannot write to "));
  EXPECT_EQ(run()["invocations"][0]["executionSuccessful"], true);
}

class AgainstABaseline : public CiReports {
 protected:
  /// Runs `command` and keeps its JSON as the baseline.
  void keep(const std::string& command) {
    std::ofstream(baseline_, std::ios::binary) << call(command, {"--output", "json"}).out;
  }
  [[nodiscard]] testing::Ended call(const std::string& command, std::vector<std::string> more) {
    more.insert(more.begin(), {command, deployment_.specs()});
    return deployment_.call(more);
  }
  [[nodiscard]] testing::Ended compared(const std::string& command, const std::string& flag) {
    return call(command, {flag, "--baseline", baseline_});
  }
  std::string baseline_ = deployment_.folder.path("baseline.json");
};

TEST_F(AgainstABaseline, APlanTellsByItsExitCodeOfNewChangesAlone) {
  deployment_.declare("specs/dev.yaml", "dev", "  ttl: 8h\n");
  keep("plan");
  testing::Ended ended = compared("plan", "--detailed-exitcode");
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("~ update alice/dev"));
  EXPECT_THAT(ended.out, HasSubstr("Baseline: 0 new, 1 standing, 0 gone.\n"));
  deployment_.declare("specs/web.yaml", "web", "  ttl: 8h\n");
  ended = compared("plan", "--detailed-exitcode");
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.out, HasSubstr("New since the baseline\n  alice/web: create\n"));
  const json made = json::parse(call("plan", {"--output", "json", "--baseline", baseline_}).out);
  EXPECT_EQ(made["baseline"],
            json::parse(
                R"({"new": [{"kind": "change", "text": "alice/web: create"}], "gone": [], "standing": 1})"));
}

TEST_F(AgainstABaseline, AStrictValidationFailsByNewWarningsAloneAndByAnyError) {
  deployment_.declare("specs/dev.yaml", "dev", "  autostart: 0 9 * * *\n  ttl: 30h\n");
  EXPECT_EQ(call("validate", {"--strict"}).code, 4);
  keep("validate");
  EXPECT_EQ(compared("validate", "--strict").code, 0);
  deployment_.declare("specs/web.yaml", "web", "  autostart: 0 9 * * *\n  ttl: 40h\n");
  EXPECT_EQ(compared("validate", "--strict").code, 4);
  deployment_.declare("specs/web.yaml", "web", "  ttl: 90s\n");
  keep("validate");
  EXPECT_EQ(compared("validate", "--strict").code, 4);
}

TEST_F(AgainstABaseline, ThatIsNoneNothingIsRun) {
  deployment_.declare("specs/dev.yaml", "dev", "  ttl: 8h\n");
  const testing::Ended absent = compared("plan", "--detailed-exitcode");
  EXPECT_EQ(absent.code, 64);
  EXPECT_THAT(absent.err,
              HasSubstr("--baseline: " + baseline_ + " cannot be read: No such file or directory"));
  keep("validate");
  const testing::Ended other = compared("plan", "--detailed-exitcode");
  EXPECT_EQ(other.code, 64);
  EXPECT_THAT(other.err, HasSubstr("is no JSON that `coder-reconciler plan --output json` has written"));
  EXPECT_EQ(other.out, "");
}

}  // namespace
}  // namespace cr
