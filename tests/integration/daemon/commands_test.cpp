// The commands against a Coder over sockets, run as users run them: what they change, print, and end with.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "tests/integration/daemon/deployment.h"

namespace cr {
namespace {

using nlohmann::json;
using testing::Deployment;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::int64_t kHour = 3'600'000;

class OnEveryAge : public ::testing::TestWithParam<standin::Age> {};
INSTANTIATE_TEST_SUITE_P(Ages, OnEveryAge, ::testing::ValuesIn(standin::kAges),
                         [](const auto& tested) { return standin::name_of(tested.param); });

TEST_P(OnEveryAge, ApplyConvergesAndTheNextOneWritesNothing) {
  Deployment deployment(GetParam());
  deployment.declare("specs/dev.yaml", "dev", "  ttl: 8h\n  autostart: CRON_TZ=Europe/Berlin 0 9 * * 1-5\n");
  deployment.declare("specs/fresh.yaml", "fresh", "  ttl: 2h\n");
  const auto first = deployment.call({"apply", deployment.specs(), "--wait"});
  EXPECT_EQ(first.code, 0) << first.out << first.err;
  EXPECT_EQ(deployment.ttl_of("dev"), 8 * kHour);
  EXPECT_EQ(deployment.ttl_of("fresh"), 2 * kHour);
  // Coder before 2.14 creates in the template's organization alone.
  const bool by_organization = deployment.coder.request_count("/api/v2/organizations/") > 0;
  EXPECT_EQ(by_organization, GetParam() == standin::Age::v2_13);
  for (const char* command : {"plan", "forecast"}) {
    const auto read = deployment.call({command, deployment.specs()});
    EXPECT_EQ(read.code, 0) << command << read.out << read.err;
  }
  deployment.coder.clear_requests();
  const auto second = deployment.call({"apply", deployment.specs()});
  EXPECT_EQ(second.code, 0) << second.out << second.err;
  EXPECT_TRUE(deployment.coder.writes().empty());
}

TEST(Apply, EndsWithTheCycleThatWroteAndReadItBack) {
  Deployment deployment;
  deployment.declare("specs/dev.yaml", "dev", "  ttl: 8h\n");
  const auto ended = deployment.call({"apply", deployment.specs()});
  EXPECT_EQ(ended.code, 0) << ended.out << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("1 updated; 1 in sync"));
  const auto requests = deployment.coder.requests();
  const auto write = std::ranges::find_if(requests, [](const auto& request) { return request.is_write(); });
  ASSERT_NE(write, requests.end());
  EXPECT_EQ(requests.end() - write, 3)
      << "the write, one look at what was kept, and whose owner is suspended";
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
    const auto ended = deployment.call({command, deployment.specs(), "--output", "json", "--timeout", "2s"});
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
  EXPECT_THAT(ended.err, HasSubstr("cannot read the specs"));
  EXPECT_EQ(json::parse(ended.out)["result"], "failed");
}

/// Everything a peer can do to keep a command waiting, from its first request or from its first write on.
standin::FaultRule keeps_waiting(standin::FaultKind kind, const std::string& method) {
  standin::FaultRule rule(kind);
  rule.method = method;
  rule.drip_interval = std::chrono::milliseconds{200};
  return rule;
}

class NoAnswer : public ::testing::TestWithParam<standin::FaultKind> {};
INSTANTIATE_TEST_SUITE_P(Kinds, NoAnswer,
                         ::testing::Values(standin::FaultKind::hang, standin::FaultKind::slow_drip,
                                           standin::FaultKind::throttled),
                         [](const auto& tested) {
                           std::string name(to_string(tested.param));
                           std::erase(name, '-');
                           std::erase(name, '_');
                           return name;
                         });

TEST_P(NoAnswer, EndsACommandInItsTimeAsUnreachable) {
  Deployment deployment;
  deployment.declare("specs/dev.yaml", "dev", "  ttl: 8h\n");
  deployment.coder.add_fault(keeps_waiting(GetParam(), "GET"));
  for (const char* command : {"plan", "apply"}) {
    for (const char* format : {"text", "json"}) {
      const auto begun = std::chrono::steady_clock::now();
      const auto ended =
          deployment.call({command, deployment.specs(), "--timeout", "1s", "--output", format});
      EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds{10});
      EXPECT_EQ(ended.code, 6) << ended.out << ended.err;
      EXPECT_THAT(ended.out + ended.err, Not(HasSubstr("defect")));
      EXPECT_THAT(ended.out, Not(HasSubstr("internalError")));
      EXPECT_THAT(ended.out + ended.err, Not(HasSubstr("by itself"))) << "a command that ends tries no more";
    }
  }
}

TEST_P(NoAnswer, ToAWriteEndsAnApplyInItsTimeAndThatOfTheShutdown) {
  Deployment deployment;
  deployment.declare("specs/dev.yaml", "dev", "  ttl: 8h\n");
  deployment.coder.add_fault(keeps_waiting(GetParam(), "PUT"));
  const auto begun = std::chrono::steady_clock::now();
  const auto ended = deployment.call(
      {"apply", deployment.specs(), "--timeout", "1s", "--shutdown-timeout", "1s", "--output", "json"});
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds{10});
  EXPECT_EQ(ended.code, 3) << ended.out << ended.err << "Coder was read";
  EXPECT_EQ(json::parse(ended.out)["timedOut"], true);
}

TEST(ExitCode, ZeroWhenCoderWasAwayInTheMidstOfTheWork) {
  Deployment deployment;
  for (int i = 0; i < 20; ++i) {
    const std::string name = "w" + std::to_string(i);
    deployment.coder.with_state([&](standin::State& state) {
      standin::WorkspaceSeed seed;
      seed.owner = "alice";
      seed.name = name;
      seed.template_name = "docker";
      state.add_workspace(seed);
      return 0;
    });
    deployment.declare("specs/" + name + ".yaml", name, "  ttl: 8h\n");
  }
  // So many that cycle after cycle gives up; what is read in between shows that it is still away.
  for (const char* method : {"PUT", "GET"}) {
    standin::FaultRule away(standin::FaultKind::reset);
    away.method = method;
    away.target_prefix = "/api/v2/workspaces";
    away.times = 12;
    if (std::string_view{method} == "GET")
      away.when = [&](const standin::Request&) { return !deployment.coder.writes().empty(); };
    deployment.coder.add_fault(away);
  }
  const auto ended = deployment.call({"apply", deployment.specs(), "--max-changes", "100%"});
  EXPECT_EQ(ended.code, 0) << ended.out << ended.err;
  for (int i = 0; i < 20; ++i) EXPECT_EQ(deployment.ttl_of("w" + std::to_string(i)), 8 * kHour);
}

TEST(Output, ThatCannotBeWrittenIsAFailureOfEveryCommand) {
  Deployment deployment;
  deployment.declare("specs/dev.yaml", "dev", "  ttl: 4h\n");
  const std::vector<std::vector<std::string>> commands{{"plan", deployment.specs()},
                                                       {"plan", deployment.specs(), "--output", "json"},
                                                       {"plan", deployment.specs(), "--output", "markdown"},
                                                       {"apply", deployment.specs()},
                                                       {"apply", deployment.specs(), "--output", "json"},
                                                       {"validate", deployment.specs()},
                                                       {"validate", deployment.specs(), "--output", "json"},
                                                       {"schema"},
                                                       {"version"},
                                                       {"completion", "bash"},
                                                       {"help"},
                                                       {"apply", "--help"}};
  for (const char* to : {">/dev/full", ">&-"}) {
    for (const auto& command : commands) {
      std::string line = "exec \"$0\" \"$@\" ";
      line += to;
      std::vector<std::string> arguments{"-c", line, CR_PROGRAM};
      arguments.insert(arguments.end(), command.begin(), command.end());
      const auto ended = testing::run_program("/bin/sh", arguments, deployment.environment());
      EXPECT_EQ(ended.code, 1) << command.front() << to << ended.err;
      EXPECT_THAT(ended.err, HasSubstr("cannot write to standard output")) << command.front() << to;
    }
  }
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
    EXPECT_THAT(apply.out(), Not(HasSubstr("internalError"))) << "it was told to";
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
              HasSubstr("certificate is not verified"));
}

}  // namespace
}  // namespace cr
