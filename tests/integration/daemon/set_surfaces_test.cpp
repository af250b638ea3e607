// Sets as whoever runs the program sees them: in plan, apply and explain, and in a daemon's log, API, page
// and metrics.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "tests/integration/daemon/deployment.h"

namespace cr {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using testing::Answer;
using testing::Deployment;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Process;

/// A Coder with alice, bob and carol in one organization, and a set that has a workspace "own" for each of
/// them.
class SetsShown : public ::testing::Test {
 protected:
  SetsShown() {
    deployment_.coder.with_state([](standin::State& state) {
      for (const char* name : {"bob", "carol"}) state.add_user(name);
      return 0;
    });
    declare("{organization: coder, except: [admin]}");
  }
  void declare(const std::string& owners) {
    deployment_.folder.write(
        "specs/payments.yaml",
        "apiVersion: coder-reconciler/v1\nkind: WorkspaceSet\nmetadata: {name: payments}\nspec:\n"
        "  owners: " +
            owners +
            "\n  template:\n    metadata: {name: own}\n    spec:\n      template: docker\n      ttl: 8h\n");
  }
  std::size_t owners_fail() {
    standin::FaultRule rule(standin::FaultKind::status);
    rule.target_prefix = "/api/v2/organizations/coder/";
    rule.status = 500;
    return deployment_.coder.add_fault(std::move(rule));
  }
  void leave(const char* name) {
    deployment_.coder.with_state([&](standin::State& state) {
      state.edit_user(name, [](standin::User& user) { user.organization_ids.clear(); });
      return 0;
    });
  }

  Process& start(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"run", deployment_.specs(), "--interval",
                                       "24h", "--listen",          "127.0.0.1:0"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    daemon_.emplace(CR_PROGRAM, arguments, deployment_.environment());
    const std::string line = daemon_->wait_for_log("listening address=");
    port_ = line.substr(line.rfind(':') + 1);
    return *daemon_;
  }
  std::string get(const std::string& target) {
    const Answer answer = testing::ask(port_, "GET", target);
    testing::expect_documented_answer(target, answer.status, answer.body);
    return answer.body;
  }
  json set() { return json::parse(get("/api/v1/summary")).at("sets").at(0); }

  Deployment deployment_;
  std::optional<Process> daemon_;
  std::string port_;
};

TEST_F(SetsShown, PlanAndApplySayWhoseWorkspacesAreMadeAndNothingOfASetThatIsWell) {
  const auto plan = deployment_.call({"plan", deployment_.specs()});
  EXPECT_EQ(plan.code, 0) << plan.err;
  EXPECT_THAT(plan.out, AllOf(HasSubstr("+ create alice/own"), HasSubstr("+ create carol/own"),
                              HasSubstr("Plan: 3 to create, 0 unchanged."), Not(HasSubstr("Sets\n"))));
  const json planned = json::parse(deployment_.call({"plan", deployment_.specs(), "--output", "json"}).out);
  EXPECT_EQ(planned["workspaces"][0]["set"], "payments");
  EXPECT_EQ(planned["sets"][0]["reason"], "Resolved");
  EXPECT_EQ(planned["sets"][0]["members"], 3);
  const auto applied = deployment_.call({"apply", "--wait", deployment_.specs()});
  EXPECT_THAT(applied.out, HasSubstr("Applied: 3 created, 0 updated; 3 in sync.")) << applied.err;
}

TEST_F(SetsShown, ValidateCountsThemAmongWhatIsValid) {
  EXPECT_THAT(deployment_.call({"validate", deployment_.specs()}).out,
              HasSubstr("1 set is valid (1 file)\n"));
  deployment_.folder.write("specs/defaults.yaml",
                           "apiVersion: coder-reconciler/v1\nkind: WorkspaceDefaults\nmetadata: {name: all}\n"
                           "spec:\n  values: {automaticUpdates: always}\n");
  EXPECT_THAT(deployment_.call({"validate", deployment_.specs()}).out,
              HasSubstr("1 set, 1 document of defaults are valid (2 files)\n"));
  deployment_.declare("specs/dev.yaml", "dev", "  ttl: 8h\n");
  EXPECT_THAT(deployment_.call({"validate", deployment_.specs()}).out,
              HasSubstr("1 spec, 1 set, 1 document of defaults are valid (3 files)\n"));
}

TEST_F(SetsShown, PlanSaysWhyASetIsNotReadyInEachForm) {
  declare("{group: {organization: coder, name: payments}}");
  const auto text = deployment_.call({"plan", deployment_.specs()});
  EXPECT_THAT(text.out,
              AllOf(HasSubstr("Sets\n  NoGroups: "), HasSubstr("      payments   "),
                    HasSubstr("specs/payments.yaml:1:1   0 owners\n"), HasSubstr(", 1 set not ready.")))
      << text.err;
  const auto markdown = deployment_.call({"plan", deployment_.specs(), "--output", "markdown"});
  EXPECT_THAT(markdown.out, AllOf(HasSubstr("1 set not ready.**"), HasSubstr("NoGroups: ")));
  const json made = json::parse(deployment_.call({"plan", deployment_.specs(), "--output", "json"}).out);
  EXPECT_EQ(made["sets"][0]["ready"], "False");
  EXPECT_FALSE(made["sets"][0]["message"].get<std::string>().empty());
}

TEST_F(SetsShown, ExplainNamesTheSetAndTheLineOfEachField) {
  ASSERT_EQ(deployment_.call({"apply", deployment_.specs()}).code, 0);
  const std::string id =
      deployment_.coder.with_state([](standin::State& state) { return state.find_user("bob")->id; });
  for (const std::string& owner : {std::string("bob"), std::string("BOB"), id}) {
    const auto ended = deployment_.call({"explain", owner + "/own", deployment_.specs()});
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_THAT(ended.out, AllOf(HasSubstr("Declared:   set payments ("),
                                 HasSubstr("specs/payments.yaml:1:1)\n"), HasSubstr("Condition:  InSync\n"),
                                 HasSubstr("  declared:  8h ("), HasSubstr("specs/payments.yaml:10:12)\n")))
        << owner;
  }
  EXPECT_EQ(json::parse(deployment_.call({"explain", "bob/own", deployment_.specs(), "--output", "json"}).out)
                .at("workspace")
                .at("set"),
            "payments");
}

TEST_F(SetsShown, ExplainDoesNotCallUndeclaredWhatASetMayDeclare) {
  ASSERT_EQ(deployment_.call({"apply", deployment_.specs()}).code, 0);
  const auto sure = deployment_.call({"explain", "alice/dev", deployment_.specs()});
  EXPECT_THAT(sure.out, HasSubstr("Declared:   no; nothing is done to it\n"));
  declare("{group: {organization: coder, name: payments}}");
  const auto doubtful = deployment_.call({"explain", "alice/own", deployment_.specs()});
  EXPECT_THAT(doubtful.out,
              AllOf(HasSubstr("Declared:   not by a document; set payments ("), HasSubstr("is not ready: ")));
}

TEST_F(SetsShown, ADocumentThatDeclaresOneOfThemIsWhatIsExplained) {
  deployment_.declare("specs/alice.yaml", "own", "  ttl: 2h\n");
  const auto ended = deployment_.call({"explain", "alice/own", deployment_.specs()});
  EXPECT_THAT(ended.out, AllOf(HasSubstr("specs/alice.yaml:1:1\n"), Not(HasSubstr("set payments"))));
}

TEST_F(SetsShown, AReadOfOwnersThatFailsIsToldOnceAndChangesNothing) {
  Process& daemon = start();
  daemon.wait_for_log("set condition changed set=payments new=Resolved members=3 left=0");
  daemon.wait_for_log("cycle ended result=in_sync");
  EXPECT_THAT(daemon.err(), HasSubstr("specs read specs=0 sets=1 invalid=0"));
  EXPECT_EQ(json::parse(get("/api/v1/workspaces?set=payments"))["total"], 3);
  owners_fail();
  daemon.signal(SIGHUP);
  const std::string line = daemon.wait_for_log("set condition changed set=payments old=Resolved new=");
  EXPECT_THAT(line, AllOf(HasSubstr("members=3"), HasSubstr("the 3 owners known before stay as they are")));
  json unread = set();
  EXPECT_EQ(unread["ready"], "Unknown");
  EXPECT_EQ(unread["unread"], 3);
  EXPECT_EQ(unread["error"]["status"], 500);
  EXPECT_EQ(json::parse(get("/api/v1/workspaces?set=payments"))["total"], 3);
  EXPECT_THAT(get("/"), AllOf(HasSubstr("Set payments is not ready: "), HasSubstr("3 owners, not read")));
  EXPECT_THAT(get("/metrics"), HasSubstr("coder_reconciler_set_members{state=\"unread\"} 3\n"));
  daemon.signal(SIGHUP);
  daemon.wait_for_log("cycle ended");
  deployment_.coder.clear_faults();
  daemon.signal(SIGHUP);
  daemon.wait_for_log("cycle ended result=in_sync");
  daemon.wait_for_log("set condition changed set=payments old=");
  std::size_t told = 0;
  for (std::size_t at = daemon.err().find("set condition changed"); at != std::string::npos;
       at = daemon.err().find("set condition changed", at + 1))
    ++told;
  EXPECT_EQ(told, 3U) << daemon.err();
  EXPECT_THAT(get("/metrics"), AllOf(HasSubstr("coder_reconciler_sets{reason=\"Resolved\"} 1\n"),
                                     HasSubstr("coder_reconciler_set_members{state=\"present\"} 3\n")));
}

TEST_F(SetsShown, WhoLeavesIsToldAndMoreThanTheLimitAreHeld) {
  Process& daemon = start({"--max-changes", "1"});
  daemon.wait_for_log("new=Resolved members=3");
  leave("carol");
  daemon.signal(SIGHUP);
  daemon.wait_for_log("owners of a set changed set=payments members=2 left=1");
  EXPECT_EQ(set()["left"], 1);
  for (const char* name : {"alice", "bob"}) leave(name);
  daemon.signal(SIGHUP);
  daemon.wait_for_log("set condition changed set=payments old=Resolved new=Held members=2 left=1");
  const json held = set();
  EXPECT_EQ(held["held"], 2);
  EXPECT_THAT(held["message"].get<std::string>(), HasSubstr(held["digest"].get<std::string>()));
  EXPECT_THAT(get("/"), AllOf(HasSubstr("Set payments is not ready: Held"), HasSubstr("2 would leave")));
  EXPECT_EQ(json::parse(get("/api/v1/workspaces?set=payments"))["total"], 2);
}

}  // namespace
}  // namespace cr
