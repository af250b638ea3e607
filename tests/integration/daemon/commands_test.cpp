// The commands against a Coder over sockets, run as users run them: what they change, print, and end with.
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
using ::testing::Not;

constexpr std::int64_t kHour = 3'600'000;

class OnBothAges : public ::testing::TestWithParam<standin::Age> {};
INSTANTIATE_TEST_SUITE_P(Ages, OnBothAges, ::testing::Values(standin::Age::v2_20, standin::Age::v2_35),
                         [](const auto& tested) {
                           return tested.param == standin::Age::v2_20 ? "v2_20" : "v2_35";
                         });

TEST_P(OnBothAges, ApplyConvergesAndTheNextOneWritesNothing) {
  Deployment deployment(GetParam());
  deployment.declare("specs/dev.yaml", "dev", "  ttl: 8h\n  autostart: CRON_TZ=Europe/Berlin 0 9 * * 1-5\n");
  deployment.declare("specs/fresh.yaml", "fresh", "  ttl: 2h\n");
  const auto first = deployment.call({"apply", deployment.specs(), "--wait"});
  EXPECT_EQ(first.code, 0) << first.out << first.err;
  EXPECT_EQ(deployment.ttl_of("dev"), 8 * kHour);
  EXPECT_EQ(deployment.ttl_of("fresh"), 2 * kHour);
  deployment.coder.clear_requests();
  const auto second = deployment.call({"apply", deployment.specs()});
  EXPECT_EQ(second.code, 0) << second.out << second.err;
  EXPECT_TRUE(deployment.coder.writes().empty());
}

TEST(Plan, ShowsTheChangeAndMakesNone) {
  Deployment deployment;
  deployment.declare("specs/dev.yaml", "dev", "  ttl: 8h\n");
  const auto text = deployment.call({"plan", deployment.specs()});
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("alice/dev"));
  EXPECT_THAT(text.out, HasSubstr("4h → 8h"));
  EXPECT_EQ(text.err, "");
  EXPECT_EQ(deployment.call({"plan", deployment.specs(), "--detailed-exitcode"}).code, 2);
  EXPECT_THAT(deployment.call({"plan", deployment.specs(), "--output", "markdown"}).out,
              HasSubstr("alice/dev"));
  EXPECT_TRUE(deployment.coder.writes().empty());
  deployment.declare("specs/dev.yaml", "dev", "  ttl: 4h\n");
  EXPECT_EQ(deployment.call({"plan", deployment.specs(), "--detailed-exitcode"}).code, 0);
}

TEST(Plan, AsJsonHasItsFormatVersion) {
  Deployment deployment;
  deployment.declare("specs/dev.yaml", "dev", "  ttl: 8h\n");
  const json plan = json::parse(deployment.call({"plan", deployment.specs(), "--output", "json"}).out);
  EXPECT_EQ(plan["formatVersion"], 1);
  EXPECT_EQ(plan["workspaces"][0]["name"], "dev");
  EXPECT_EQ(plan["workspaces"][0]["actions"][0]["action"], "set_ttl");
}

TEST(ExitCode, ThreeWhenAWorkspaceDoesNotConverge) {
  Deployment deployment;
  deployment.folder.write("specs/a.yaml",
                          Deployment::spec("other", "") + "---\n" + Deployment::spec("dev", "  ttl: 8h\n"));
  deployment.coder.with_state([](standin::State& state) {
    state.edit_template("docker", [](standin::Template& t) { t.name = "renamed"; });
    return 0;
  });
  const auto ended = deployment.call({"apply", deployment.specs()});
  EXPECT_EQ(ended.code, 3) << ended.out << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("TemplateNotFound"));
  EXPECT_EQ(deployment.ttl_of("dev"), 8 * kHour) << "others are not held up";
}

TEST(ExitCode, FourWhenASpecIsInvalidAndTheOthersAreHandled) {
  Deployment deployment;
  deployment.declare("specs/dev.yaml", "dev", "  ttl: 8h\n");
  deployment.declare("specs/bad.yaml", "bad", "  ttl: 8hours\n");
  const auto ended = deployment.call({"apply", deployment.specs()});
  EXPECT_EQ(ended.code, 4) << ended.out << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("bad.yaml:8:8: spec.ttl"));
  EXPECT_EQ(deployment.ttl_of("dev"), 8 * kHour);
  EXPECT_EQ(deployment.ttl_of("bad"), -1);
}

TEST(ExitCode, FiveWhenHeldAndTheDigestLetsItGo) {
  Deployment deployment;
  deployment.declare("specs/dev.yaml", "dev", "  ttl: 8h\n");
  deployment.declare("specs/fresh.yaml", "fresh", "");
  const auto held = deployment.call({"apply", deployment.specs(), "--max-changes", "1", "--output", "json"});
  EXPECT_EQ(held.code, 5) << held.out << held.err;
  EXPECT_TRUE(deployment.coder.writes().empty());
  const json plan = json::parse(
      deployment.call({"plan", deployment.specs(), "--max-changes", "1", "--output", "json"}).out);
  EXPECT_EQ(plan["held"], true);
  const auto approved = deployment.call(
      {"apply", deployment.specs(), "--max-changes", "1", "--approve", plan["digest"].get<std::string>()});
  EXPECT_EQ(approved.code, 0) << approved.out << approved.err;
  EXPECT_EQ(deployment.ttl_of("dev"), 8 * kHour);
}

TEST(ExitCode, SixWhenCoderIsUnreachableAndJsonIsWrittenAllTheSame) {
  Deployment deployment;
  deployment.declare("specs/dev.yaml", "dev", "  ttl: 8h\n");
  deployment.coder.stop_listening();
  for (const char* command : {"plan", "apply"}) {
    const auto ended = deployment.call({command, deployment.specs(), "--output", "json"});
    EXPECT_EQ(ended.code, 6) << ended.err;
    EXPECT_EQ(json::parse(ended.out)["result"], "failed") << ended.out;
  }
}

TEST(ExitCode, SixWhenTheTokenIsRefusedAndTheTokenIsNeverShown) {
  Deployment deployment;
  deployment.declare("specs/dev.yaml", "dev", "  ttl: 8h\n");
  auto environment = deployment.environment();
  environment["CODER_SESSION_TOKEN"] = "abcdefghij-THISisTHEsecretPART22a";
  for (const char* format : {"text", "json"}) {
    const auto ended = testing::run_program(
        CR_PROGRAM, {"apply", deployment.specs(), "--log-level", "debug", "--output", format}, environment);
    EXPECT_EQ(ended.code, 6) << ended.out << ended.err;
    EXPECT_THAT(ended.out + ended.err, Not(HasSubstr("THISisTHEsecretPART22a")));
  }
}

TEST(ExitCode, SixtyFourWhenATokenFileIsMissing) {
  Deployment deployment;
  deployment.declare("specs/dev.yaml", "dev", "");
  const auto ended =
      deployment.call({"plan", deployment.specs(), "--coder-token-file", "/nonexistent/token"});
  EXPECT_EQ(ended.code, 64);
  EXPECT_THAT(ended.err, HasSubstr("/nonexistent/token"));
}

TEST(ExitCode, OneWhenThereAreNoSpecsToRead) {
  Deployment deployment;
  const auto ended = deployment.call({"apply", deployment.folder.path("missing"), "--output", "json"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("can't read the specs"));
  EXPECT_EQ(json::parse(ended.out)["result"], "failed");
}

TEST(ExitCode, ThreeWhenTheTimeIsOverAndJsonSaysSo) {
  Deployment deployment;
  deployment.declare("specs/dev.yaml", "dev", "  ttl: 8h\n");
  deployment.coder.hold("/api/v2/");
  const auto ended = deployment.call({"apply", deployment.specs(), "--timeout", "1s", "--output", "json"});
  EXPECT_EQ(ended.code, 3) << ended.err;
  EXPECT_EQ(json::parse(ended.out)["timedOut"], true);
  deployment.coder.release();
}

TEST(Signals, EndAnApplyWithTheirNumber) {
  for (const auto& [number, code] : {std::pair{SIGINT, 130}, std::pair{SIGTERM, 143}}) {
    Deployment deployment;
    deployment.declare("specs/dev.yaml", "dev", "  ttl: 8h\n");
    deployment.coder.hold("/api/v2/");
    testing::Process apply(CR_PROGRAM, {"apply", deployment.specs(), "--output", "json"},
                           deployment.environment());
    ASSERT_TRUE(deployment.coder.wait_for_requests("/api/v2/", 1));
    apply.signal(number);
    EXPECT_EQ(apply.wait(), code) << apply.err();
    EXPECT_EQ(json::parse(apply.out())["result"], "failed") << apply.out();
    deployment.coder.release();
  }
}

TEST(Selection, LeavesTheOthersUnreadAndUnchanged) {
  Deployment deployment;
  const std::string labelled = Deployment::spec("dev", "  ttl: 8h\n");
  deployment.folder.write("specs/dev.yaml",
                          std::string{labelled}.replace(labelled.find("spec:"), 0, "  labels: {team: a}\n"));
  deployment.declare("specs/fresh.yaml", "fresh", "");
  const auto ended = deployment.call({"apply", deployment.specs(), "--selector", "team=a"});
  EXPECT_EQ(ended.code, 0) << ended.out << ended.err;
  EXPECT_EQ(deployment.ttl_of("dev"), 8 * kHour);
  EXPECT_EQ(deployment.ttl_of("fresh"), -1);
  EXPECT_EQ(deployment.coder.request_count("/api/v2/users/alice/workspace/fresh"), 0U);
  const auto by_name = deployment.call({"plan", deployment.specs(), "--name", "fresh", "--output", "json"});
  EXPECT_EQ(json::parse(by_name.out)["workspaces"].size(), 1U) << by_name.out;
}

TEST(Session, WarnsAtEveryStartThatTheCertificateIsNotChecked) {
  Deployment deployment;
  deployment.declare("specs/dev.yaml", "dev", "  ttl: 4h\n");
  EXPECT_THAT(deployment.call({"plan", deployment.specs(), "--insecure-skip-verify"}).err,
              HasSubstr("certificate is not checked"));
}

}  // namespace
}  // namespace cr
