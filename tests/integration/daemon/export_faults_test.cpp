// `export` when Coder fails: a fleet that was not read whole is not written at all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tests/integration/daemon/deployment.h"
#include "tests/integration/daemon/export_fleet.h"

namespace cr {
namespace {

using testing::Deployment;
using testing::Ended;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::populate;
using testing::tree;

/// What befalls one request, however often it is sent again.
struct Failure {
  const char* name;
  standin::FaultRule rule;
};
std::vector<Failure> failures() {
  std::vector<Failure> all;
  const auto of_status = [&](const char* name, int status) {
    standin::FaultRule rule(standin::FaultKind::status);
    rule.status = status;
    all.push_back({name, rule});
  };
  of_status("401", 401);
  of_status("403", 403);
  of_status("500", 500);
  for (const standin::FaultKind kind :
       {standin::FaultKind::reset, standin::FaultKind::html, standin::FaultKind::broken_json})
    all.push_back({standin::to_string(kind).data(), standin::FaultRule(kind)});
  return all;
}

TEST(ExportFaults, WhicheverRequestFailsNothingOrEverythingIsWritten) {
  Deployment deployment;
  populate(deployment.coder, 20);
  deployment.coder.clear_requests();
  const Ended clean = deployment.call({"export", "--output-dir", deployment.folder.path("clean")});
  ASSERT_EQ(clean.code, 0) << clean.err;
  const auto whole = tree(deployment.folder.path("clean"));
  std::vector<std::string> targets;
  for (const auto& request : deployment.coder.requests()) targets.push_back(request.target);
  ASSERT_GT(targets.size(), 30U);
  // Each target is asked for once, so it names the request; of those of one kind one is enough.
  std::map<std::string, int> of_kind;
  for (const std::string& target : targets) {
    std::string kind;
    for (const char c : target.substr(0, target.find('?'))) {
      if (c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'f')) kind += c;
    }
    if (++of_kind[kind] > 1) continue;
    for (Failure failure : failures()) {
      failure.rule.target_prefix = target;
      const auto fault = deployment.coder.add_fault(failure.rule);
      const std::string directory = deployment.folder.path("out");
      const Ended exported = deployment.call({"export", "--timeout", "3s", "--output-dir", directory});
      const std::string what = std::string(failure.name) + " at " + target + "\n" + exported.err;
      EXPECT_GE(deployment.coder.faults_applied(fault), 1U) << what;
      deployment.coder.remove_fault(fault);
      const auto files = tree(directory);
      if (exported.code == 0) {
        // Which of its parameters are masked Coder may keep to itself: then none is shown.
        EXPECT_EQ(files.size(), whole.size()) << what;
        for (const auto& [name, text] : files) EXPECT_THAT(text, Not(HasSubstr("hunter2"))) << what;
        if (target.find("/evaluate") == std::string::npos) {
          EXPECT_EQ(files, whole) << what;
        }
      } else {
        EXPECT_EQ(exported.code, 6) << what;
        EXPECT_EQ(exported.out, "") << what;
        EXPECT_THAT(files, IsEmpty()) << what;
        EXPECT_THAT(exported.err, HasSubstr("nothing was written, since not everything could be read: "))
            << what;
      }
      std::filesystem::remove_all(directory);
    }
  }
}

TEST(ExportFaults, WhatCoderDoesNotTellToBeShownIsNotShown) {
  Deployment deployment;
  populate(deployment.coder, 0);
  standin::FaultRule rule(standin::FaultKind::status);
  rule.status = 403;
  rule.method = "POST";
  deployment.coder.add_fault(rule);
  const Ended exported = deployment.call({"export", "--owner", "alice"});
  EXPECT_EQ(exported.code, 0) << exported.err;
  EXPECT_THAT(exported.out,
              HasSubstr("# parameter \"cpu\" is left out: Coder does not list it for this workspace"));
  EXPECT_THAT(exported.out, Not(HasSubstr("parameters:\n")));
}

TEST(ExportFaults, WhereCoderDoesNotAnswerTheTimeIsBounded) {
  Deployment deployment;
  standin::FaultRule rule(standin::FaultKind::hang);
  rule.target_prefix = "/api/v2/workspacebuilds/";
  deployment.coder.add_fault(rule);
  const Ended exported = deployment.call({"export", "--timeout", "2s", "--output-dir", deployment.specs()});
  EXPECT_EQ(exported.code, 6);
  EXPECT_THAT(exported.err, HasSubstr("nothing was written"));
  EXPECT_THAT(tree(deployment.specs()), IsEmpty());
}

TEST(ExportFaults, AReadThatIsNotWholeWritesNothing) {
  Deployment deployment;
  populate(deployment.coder);
  const auto refuse = [&](const char* target, std::size_t nth) {
    standin::FaultRule rule(standin::FaultKind::status);
    rule.status = 403;
    rule.target_prefix = target;
    rule.nth = nth;
    return rule;
  };
  for (const auto& [target, nth] :
       std::vector<std::pair<const char*, std::size_t>>{{"/api/v2/workspaces?", 1},
                                                        {"/api/v2/workspaces?", 2},
                                                        {"/api/v2/workspaces?", 3},
                                                        {"/api/v2/organizations", 1},
                                                        {"/api/v2/workspacebuilds/", 1},
                                                        {"/api/v2/workspacebuilds/", 1'108}}) {
    const auto fault = deployment.coder.add_fault(refuse(target, nth));
    const Ended exported = deployment.call({"export", "--output-dir", deployment.specs()});
    EXPECT_EQ(deployment.coder.faults_applied(fault), 1U) << target;
    EXPECT_EQ(exported.code, 6) << target;
    EXPECT_EQ(exported.out, "");
    EXPECT_THAT(exported.err, HasSubstr("nothing was written, since not everything could be read: "));
    EXPECT_THAT(tree(deployment.specs()), IsEmpty()) << target;
    deployment.coder.clear_faults();
  }
}

TEST(ExportFaults, AListThatShowsLessThanItCountsWritesNothing) {
  Deployment deployment;
  populate(deployment.coder);
  const std::string token = deployment.coder.with_state([](standin::State& state) {
    state.add_user("helper", {standin::Role::template_admin});
    state.edit_template("docker", [&](standin::Template& edited) {
      edited.hidden_from.insert(state.find_user("helper")->id);
    });
    return state.add_token("helper");
  });
  testing::Variables environment = deployment.environment();
  environment["CODER_SESSION_TOKEN"] = token;
  const Ended exported =
      testing::run_program(CR_PROGRAM, {"export", "--output-dir", deployment.specs()}, environment);
  EXPECT_EQ(exported.code, 6);
  EXPECT_THAT(exported.err, HasSubstr("not as many as it counts"));
  EXPECT_THAT(tree(deployment.specs()), IsEmpty());
}

}  // namespace
}  // namespace cr
