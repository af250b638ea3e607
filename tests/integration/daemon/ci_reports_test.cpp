// The views of CI systems, as `validate` and `plan` leave them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/integration/daemon/deployment.h"

namespace cr {
namespace {

using nlohmann::json;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

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

TEST_F(CiReports, SayThatThereWasNothingToCheck) {
  deployment_.folder.write("specs/README.md", "no spec");
  EXPECT_EQ(call("validate").code, 64);
  EXPECT_EQ(run()["invocations"][0]["executionSuccessful"], false);
  EXPECT_THAT(junit(), HasSubstr("<error type=\"failed\" message=\"no "));
}

TEST_F(CiReports, ThatCannotBeWrittenAreNoSuccess) {
  deployment_.declare("specs/dev.yaml", "dev", "  ttl: 4h\n");
  junit_ = deployment_.folder.path("no/such/junit.xml");
  const testing::Ended ended = call("plan");
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("--report-junit: cannot write to "));
  EXPECT_EQ(run()["invocations"][0]["executionSuccessful"], true);
}

TEST_F(CiReports, OfAPlanFailASetThatIsNotReadyAtItsPlace) {
  deployment_.folder.write(
      "specs/sets.yaml",
      "apiVersion: coder-reconciler/v1\nkind: WorkspaceSet\nmetadata: {name: payments}\nspec:\n"
      "  owners: {group: {organization: coder, name: payments}}\n"
      "  template:\n    metadata: {name: own}\n    spec:\n      template: docker\n");
  EXPECT_EQ(call("plan").code, 3);
  const json results = run()["results"];
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results[0]["ruleId"], "NoGroups");
  EXPECT_EQ(results[0]["level"], "error");
  EXPECT_THAT(results[0]["message"]["text"].get<std::string>(), StartsWith("set payments: "));
  EXPECT_EQ(results[0]["locations"][0]["physicalLocation"]["region"]["startLine"], 1);
  EXPECT_THAT(junit(), HasSubstr("<failure type=\"NoGroups\""));
}

TEST_F(CiReports, NoteAChangeOfASetsWorkspaceInItsTemplate) {
  deployment_.folder.write("specs/sets.yaml",
                           "apiVersion: coder-reconciler/v1\nkind: WorkspaceSet\nmetadata: {name: payments}\n"
                           "spec:\n  owners: {list: [alice]}\n  template:\n    metadata: {name: dev}\n"
                           "    spec:\n      template: docker\n      ttl: 8h\n");
  EXPECT_EQ(call("plan").code, 0);
  const json results = run()["results"];
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results[0]["ruleId"], "set_ttl");
  EXPECT_EQ(results[0]["locations"][0]["physicalLocation"]["region"],
            json::parse(R"({"startLine": 10, "startColumn": 12})"));
}

TEST_F(CiReports, OfAValidationShowInvalidSetsAndDefaults) {
  const std::string head = "apiVersion: coder-reconciler/v1\nkind: ";
  deployment_.folder.write("specs/sets.yaml", head + "WorkspaceSet\nmetadata: {name: payments}\nspec: {}\n");
  deployment_.folder.write("specs/defaults.yaml",
                           head + "WorkspaceDefaults\nmetadata: {name: all}\nspec:\n  values: {ttl: 90s}\n");
  EXPECT_EQ(call("validate").code, 4);
  std::set<std::string> files;
  const json results = run()["results"];
  for (const json& result : results) {
    EXPECT_EQ(result["level"], "error");
    files.insert(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]);
  }
  EXPECT_THAT(files, UnorderedElementsAre(EndsWith("/specs/sets.yaml"), EndsWith("/specs/defaults.yaml")));
  EXPECT_THAT(junit(), HasSubstr("failures=\"2\""));
}

TEST_F(CiReports, NameFilesRelativeToTheCheckoutFromWhereverTheProgramIsCalled) {
  deployment_.declare("infra/specs/dev.yaml", "dev", "  ttl: 90s\n");
  std::filesystem::create_directory(deployment_.folder.path(".git"));
  const auto uri_of = [&](const std::string& where, const std::string& specs) {
    const testing::Ended ended = testing::run_program(
        "/bin/sh",
        {"-c", R"(cd "$1" && exec "$2" validate "$3" --report-sarif "$4" --report-junit "$5")", "sh",
         deployment_.folder.path(where), CR_PROGRAM, specs, sarif_, junit_},
        deployment_.environment());
    EXPECT_EQ(ended.code, 4) << ended.err;
    EXPECT_THAT(junit(), HasSubstr(" file=\"infra/specs/dev.yaml\""));
    return run()["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
  };
  EXPECT_EQ(uri_of(".", "infra/specs"), "infra/specs/dev.yaml");
  EXPECT_EQ(uri_of("infra", "specs"), "infra/specs/dev.yaml");
  EXPECT_EQ(uri_of("infra/specs", "../specs"), "infra/specs/dev.yaml");
  EXPECT_EQ(uri_of("infra", deployment_.folder.path("infra/specs")), "infra/specs/dev.yaml");
}

TEST_F(CiReports, CountColumnsInCharacters) {
  deployment_.folder.write("specs/dev.yaml",
                           "apiVersion: coder-reconciler/v1\nkind: Workspace\n"
                           "metadata: {annotations: {note: größe}, name: dev, color: red}\n"
                           "spec: {owner: alice, template: docker}\n");
  EXPECT_EQ(call("validate").code, 4);
  const json region = run()["results"][0]["locations"][0]["physicalLocation"]["region"];
  EXPECT_EQ(region, json::parse(R"({"startLine": 3, "startColumn": 51})"));
}

TEST_F(CiReports, GoToADeviceOrADescriptorAndTakeNobodysPlace) {
  deployment_.declare("specs/dev.yaml", "dev", "  ttl: 4h\n");
  const testing::Ended ended = deployment_.call(
      {"validate", deployment_.specs(), "--report-junit", "/dev/stdout", "--report-sarif", "/dev/null"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("<testsuites name=\"coder-reconciler validate\""));
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
  // Where standard output is a file, what stands in it stays.
  const testing::Ended redirected =
      testing::run_program("/bin/sh",
                           {"-c", R"(exec "$1" validate "$2" --report-junit /dev/fd/1 >"$3")", "sh",
                            CR_PROGRAM, deployment_.specs(), junit_},
                           deployment_.environment());
  EXPECT_EQ(redirected.code, 0) << redirected.err;
  EXPECT_THAT(junit(), StartsWith("1 spec is valid"));
  EXPECT_THAT(junit(), HasSubstr("<testsuites "));
}

TEST_F(CiReports, ThatMeetAFullDiskOrADirectoryAreNoSuccess) {
  deployment_.declare("specs/dev.yaml", "dev", "  ttl: 4h\n");
  junit_ = "/dev/full";
  sarif_ = deployment_.specs();
  const testing::Ended ended = call("validate");
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("--report-junit: cannot write to /dev/full: No space left on device"));
  EXPECT_THAT(ended.err, HasSubstr("--report-sarif: cannot replace " + sarif_ + ": Is a directory"));
  deployment_.declare("specs/dev.yaml", "dev", "  ttl: 90s\n");
  EXPECT_EQ(call("validate").code, 4) << "what the command found is the graver news";
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

TEST_F(AgainstABaseline, APlanTellsOfASetThatIsNoLongerReady) {
  const auto set_of = [&](const std::string& owners) {
    deployment_.folder.write(
        "specs/sets.yaml",
        "apiVersion: coder-reconciler/v1\nkind: WorkspaceSet\nmetadata: {name: payments}\nspec:\n  owners: " +
            owners + "\n  template:\n    metadata: {name: dev}\n    spec:\n      template: docker\n");
  };
  set_of("{list: [alice]}");
  keep("plan");
  set_of("{group: {organization: coder, name: payments}}");
  EXPECT_THAT(compared("plan", "--detailed-exitcode").out,
              HasSubstr("New since the baseline\n  set payments: NoGroups: "));
}

TEST_F(AgainstABaseline, AllOutputFormatsTellWhatIsNew) {
  deployment_.declare("specs/dev.yaml", "dev", "  ttl: 4h\n");
  keep("plan");
  deployment_.declare("specs/web.yaml", "web", "  ttl: 8h\n");
  const std::string markdown = call("plan", {"--output", "markdown", "--baseline", baseline_}).out;
  EXPECT_THAT(markdown, HasSubstr("```\nNew since the baseline\n  alice/web: create\n"));
  keep("validate");
  const json made = json::parse(call("validate", {"--output", "json", "--baseline", baseline_}).out);
  EXPECT_EQ(made["baseline"], json::parse(R"({"new": [], "gone": [], "standing": 0})"));
}

TEST_F(AgainstABaseline, ThatCannotBeOneNothingIsRunAndItIsSaidWhy) {
  deployment_.declare("specs/dev.yaml", "dev", "  ttl: 8h\n");
  const auto refused = [&](const std::string& file) {
    const testing::Ended ended = call("validate", {"--baseline", file});
    EXPECT_EQ(ended.code, 64);
    EXPECT_EQ(ended.out, "");
    return ended.err;
  };
  const auto holding = [&](const std::string& text) {
    std::ofstream(baseline_, std::ios::binary) << text;
    return refused(baseline_);
  };
  EXPECT_THAT(holding(""), EndsWith(" is empty\n"));
  EXPECT_THAT(holding("New since"), HasSubstr("is no JSON that `coder-reconciler validate --output json`"));
  EXPECT_THAT(holding(std::string(100'000, '[')), HasSubstr("is no JSON"));
  EXPECT_THAT(holding(R"({"formatVersion": 2, "valid": 1, "warnings": []})"),
              EndsWith(" has formatVersion 2, and this program reads 1\n"));
  EXPECT_THAT(refused(deployment_.specs()), EndsWith(" is a directory\n"));
  EXPECT_THAT(refused(deployment_.specs() + "/dev.yaml/x"), HasSubstr("cannot be read: Not a directory"));
  EXPECT_THAT(refused("/dev/null"), EndsWith(" is empty\n"));
  std::filesystem::resize_file(baseline_, std::uintmax_t{300} << 20);  // a hole, that takes no room
  EXPECT_THAT(refused(baseline_), EndsWith(" has more than 256 MiB\n"));
}

TEST_F(AgainstABaseline, OfARunThatFailedNothingIsHeldAgainst) {
  keep("validate");  // there is no such directory
  deployment_.declare("specs/dev.yaml", "dev", "  ttl: 8h\n");
  const testing::Ended ended = compared("validate", "--strict");
  EXPECT_EQ(ended.code, 64);
  EXPECT_THAT(ended.err, HasSubstr("is of a run that failed"));
}

TEST_F(AgainstABaseline, ThatComesThroughAPipeIsReadLikeAFile) {
  deployment_.declare("specs/dev.yaml", "dev", "  autostart: 0 9 * * *\n  ttl: 30h\n");
  const testing::Ended ended = testing::run_program(
      "/bin/sh",
      {"-c", R"("$1" validate "$2" --output json | "$1" validate "$2" --strict --baseline /dev/stdin)", "sh",
       CR_PROGRAM, deployment_.specs()},
      deployment_.environment());
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("Baseline: 0 new, 1 standing, 0 gone.\n"));
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
