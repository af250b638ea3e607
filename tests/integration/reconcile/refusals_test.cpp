#include <gmock/gmock.h>

#include "ages.h"

/// What Coder, or a person, does not allow: nothing is changed, and the condition says what to do.
namespace cr::testing {
namespace {

using namespace std::chrono_literals;
using reconcile::CycleResult;
using reconcile::Reason;
using reconcile::ReportPtr;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Refusals : public WithAge {};
CR_EVERY_AGE(Refusals);

TEST_P(Refusals, A500ThatMeansForbiddenIsNotRetriedHot) {
  standin::WorkspaceSeed seed;
  seed.ttl_ms = 3'600'000;
  add("dev", seed);
  std::string token;
  edit([&](standin::State& state) {
    state.add_user("tom", {standin::Role::template_admin});
    token = state.add_token("tom");
  });
  world_.restart(token);
  world_.declare({a_document("alice", "dev", {"ttl: 8h"})});
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::Forbidden) << message("dev");
  EXPECT_EQ(writes(), 1U);
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::Forbidden);
  EXPECT_EQ(writes(), 1U) << "it waits for its backoff";
}

TEST_P(Refusals, ATokenThatLostItsRoleNeverLooksLikeAnEmptyFleet) {
  add("dev");
  std::string token;
  edit([&](standin::State& state) {
    state.add_user("tom", {standin::Role::owner});
    token = state.add_token("tom");
  });
  world_.restart(token);
  world_.declare({a_document("alice", "dev", {"ttl: 8h"}), a_document("alice", "other")});
  (void)world_.converge();
  ASSERT_EQ(world_.reason("alice", "dev"), Reason::InSync);
  edit([](standin::State& state) { state.edit_user("tom", [](standin::User& tom) { tom.roles.clear(); }); });
  world_.server.clear_requests();
  for (int i = 0; i < 3; ++i) {
    (void)world_.cycle();
    EXPECT_EQ(reconcile::ready_of(world_.reason("alice", "dev")) == reconcile::Ready::True, false);
    world_.advance(1h);
  }
  EXPECT_THAT(world_.server.writes(), IsEmpty());
  EXPECT_EQ(world_.fleet().size(), 2U);
}

TEST_P(Refusals, ATtlUnderAPolicyIsReportedAndNeverWritten) {
  standin::WorkspaceSeed seed;
  seed.ttl_ms = 3'600'000;
  add("dev", seed);
  edit([](standin::State& state) {
    state.set_licensed(true);
    state.edit_template("docker", [](standin::Template& t) { t.allow_user_autostop = false; });
  });
  world_.declare({a_document("alice", "dev", {"ttl: 8h"})});
  for (int i = 0; i < 3; ++i) (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::PolicyForbids);
  EXPECT_THAT(world_.server.writes(), IsEmpty());
}

TEST_P(Refusals, AnAutostartUnderAPolicyIsNotEvenCleared) {
  standin::WorkspaceSeed seed;
  seed.schedule = "0 9 * * *";
  add("dev", seed);
  edit([](standin::State& state) {
    state.set_licensed(true);
    state.edit_template("docker", [](standin::Template& t) { t.allow_user_autostart = false; });
  });
  world_.declare({a_document("alice", "dev", {"autostart: null"})});
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::PolicyForbids);
  EXPECT_THAT(world_.server.writes(), IsEmpty());
}

TEST_P(Refusals, AScheduleOnNoAllowedDayIsKnownBeforeItIsTried) {
  add("dev");
  edit([](standin::State& state) {
    state.set_licensed(true);
    state.edit_template("docker", [](standin::Template& t) { t.autostart_days = {"sunday"}; });
  });
  world_.declare({a_document("alice", "dev", {"autostart: 0 9 * * 1-5"})});
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::PolicyForbids);
  EXPECT_THAT(world_.server.writes(), IsEmpty());
}

TEST_P(Refusals, TheDisguised500OfNoAllowedDayIsLasting) {
  add("dev");
  standin::FaultRule rule(standin::FaultKind::status);
  rule.method = "PUT";
  rule.status = 500;
  rule.message = "Internal error updating workspace autostart schedule.";
  rule.detail = "no allowed autostart time";
  world_.server.add_fault(rule);
  world_.declare({a_document("alice", "dev", {"autostart: 0 9 * * 1-5"})});
  (void)world_.cycle();
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::Rejected) << message("dev");
  EXPECT_EQ(writes(), 1U);
}

TEST_P(Refusals, AnErrorThatMayPassIsTriedAgainWithinAMinuteAndNotHot) {
  add("dev");
  standin::FaultRule rule(standin::FaultKind::status);
  rule.method = "PUT";
  rule.status = 500;
  const auto fault = world_.server.add_fault(rule);
  world_.declare({a_document("alice", "dev", {"ttl: 8h"})});
  const auto report = world_.cycle();
  const std::size_t tries = world_.server.faults_applied(fault);
  EXPECT_GT(tries, 1U) << "tried again within the cycle first";
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::BackingOff);
  ASSERT_TRUE(report->look_again_in);
  EXPECT_LE(*report->look_again_in, 6s);
  EXPECT_GE(*report->look_again_in, 4s);
  (void)world_.cycle();
  EXPECT_EQ(world_.server.faults_applied(fault), tries) << "not in a hot loop";
  EXPECT_THAT(message("dev"), HasSubstr("retrying within a minute"));
  for (int i = 0; i < 5; ++i) {
    world_.advance(67s);
    (void)world_.cycle();
  }
  EXPECT_GE(world_.server.faults_applied(fault), tries + 5) << "however often it has failed";
  world_.server.clear_faults();
  world_.advance(67s);
  (void)world_.converge();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::InSync);
}

TEST_P(Refusals, ACreateThatStumblesOnceIsDoneInTheSameCycle) {
  standin::FaultRule rule(standin::FaultKind::status);
  rule.method = "POST";
  rule.target_prefix = "/api/v2/users/";
  rule.times = 1;
  world_.server.add_fault(rule);
  world_.declare({a_document("alice", "dev")});
  const auto report = world_.cycle();
  EXPECT_EQ(report->outcomes.at(0).result, reconcile::ActionResult::success);
  EXPECT_TRUE(world_.live("alice", "dev"));
}

TEST_P(Refusals, UnknownParametersAreNotDroppedInSilence) {
  world_.declare({a_document("alice", "dev", {"parameters: {nope: x}"})});
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::ParametersRejected);
  EXPECT_THAT(message("dev"), HasSubstr("nope"));
  EXPECT_THAT(world_.server.writes(), IsEmpty());
}

TEST_P(Refusals, AParameterThatDependsOnAnothersValueIsNotUnknown) {
  if (GetParam() <= standin::Age::v2_20) return;  // it knows no dynamic parameters
  edit([](standin::State& state) {
    state.edit_version(state.find_template("docker")->active_version_id, [](standin::TemplateVersion& v) {
      standin::TemplateParameter gpu;
      gpu.name = "gpu";
      gpu.default_value = "no";
      standin::TemplateParameter model;
      model.name = "gpu_model";
      model.only_if = {"gpu", "yes"};
      v.parameters = {gpu, model};
    });
  });
  world_.declare({a_document("alice", "with", {"parameters: {gpu: \"yes\", gpu_model: a100}"}),
                  a_document("alice", "without", {"parameters: {gpu: \"no\", gpu_model: a100}"})});
  (void)world_.cycle();
  EXPECT_TRUE(world_.live("alice", "with"));
  EXPECT_FALSE(world_.live("alice", "without")) << "Coder would drop it in silence";
  EXPECT_EQ(world_.reason("alice", "without"), Reason::ParametersRejected);
  EXPECT_THAT(message("without"), HasSubstr("unknown parameter with these values: gpu_model"));
  (void)world_.converge();
  EXPECT_EQ(world_.reason("alice", "with"), Reason::InSync);
  EXPECT_THAT(world_.status("alice", "with").remarks, IsEmpty());
}

TEST_P(Refusals, AParameterValueThatDoesNotFitIsSaidToBeOne) {
  edit([](standin::State& state) {
    state.edit_version(state.find_template("docker")->active_version_id, [](standin::TemplateVersion& v) {
      standin::TemplateParameter cpu;
      cpu.name = "cpu";
      cpu.type = "number";
      cpu.default_value = "2";
      cpu.minimum = 1;
      cpu.maximum = 4;
      v.parameters = {cpu};
    });
  });
  world_.declare({a_document("alice", "dev", {"parameters: {cpu: 9}"})});
  (void)world_.cycle();
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::ParametersRejected) << message("dev");
  EXPECT_THAT(message("dev"), HasSubstr("cpu"));
  EXPECT_EQ(writes(), 1U);
}

TEST_P(Refusals, UnknownAndSuspendedOwnersGetNothing) {
  edit([](standin::State& state) {
    state.add_user("sue");
    state.suspend("sue");
  });
  world_.declare({a_document("nobody", "dev"), a_document("sue", "dev")});
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("nobody", "dev"), Reason::OwnerNotFound);
  EXPECT_EQ(world_.reason("sue", "dev"), Reason::OwnerSuspended);
  EXPECT_THAT(world_.server.writes(), IsEmpty());
}

TEST_P(Refusals, UnknownAndDeprecatedTemplatesAreConditions) {
  edit([](standin::State& state) {
    state.set_licensed(true);  // deprecating is a licensed feature
    state.add_template("old");
    state.edit_template("old", [](standin::Template& t) { t.deprecation_message = "use docker"; });
  });
  world_.declare(
      {a_document("alice", "a", {}, "nope"), a_document("alice", "b", {}, "old"), a_document("alice", "c")});
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "a"), Reason::TemplateNotFound);
  EXPECT_EQ(world_.reason("alice", "b"), Reason::TemplateDeprecated);
  EXPECT_TRUE(world_.live("alice", "c")) << "others are not delayed";
}

TEST_P(Refusals, AMendedNameIsSeenInTheNextCycle) {
  world_.declare({a_document("alice", "dev", {}, "late")});
  (void)world_.cycle();
  ASSERT_EQ(world_.reason("alice", "dev"), Reason::TemplateNotFound);
  edit([](standin::State& state) { state.add_template("late"); });
  (void)world_.cycle();
  EXPECT_TRUE(world_.live("alice", "dev"));
}

TEST_P(Refusals, ARefusedTokenIsOneClearFailure) {
  std::vector<std::string> documents;
  for (int i = 0; i < 40; ++i) documents.push_back(a_document("alice", "w" + std::to_string(i)));
  world_.declare(documents);
  world_.restart("unknowntok-0123456789abcdefABCDEF");
  const auto report = world_.cycle();
  EXPECT_EQ(report->result, CycleResult::failed);
  ASSERT_TRUE(report->failure);
  EXPECT_EQ(report->failure->fault, coder::ApiFault::unauthorized);
  EXPECT_EQ(report->count(Reason::Unauthorized), 40U);
  EXPECT_LE(world_.server.request_count(), 4U) << "no storm";
}

TEST_P(Refusals, AWorkspaceProxyIsNamedAndNothingIsAskedOfIt) {
  add("dev");
  edit([](standin::State& state) { state.set_workspace_proxy(true); });
  world_.declare({a_document("alice", "dev", {"ttl: 8h"}), a_document("alice", "absent")});
  const auto report = world_.cycle();
  EXPECT_EQ(report->result, CycleResult::failed);
  ASSERT_TRUE(report->failure);
  EXPECT_THAT(report->failure->message, HasSubstr("this is a workspace proxy"));
  EXPECT_THAT(report->failure->message,
              HasSubstr("use the primary deployment's access URL " + world_.server.url()));
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::NotRead);
  EXPECT_EQ(world_.server.request_count(), 1U);
  edit([](standin::State& state) { state.set_workspace_proxy(false); });
  (void)world_.converge();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::InSync) << "the next cycle looks again";
}

TEST_P(Refusals, AnAddressThatLeadsToAWorkspaceProxyLaterIsNoticedToo) {
  add("dev");
  world_.declare({a_document("alice", "dev", {"ttl: 8h"})});
  (void)world_.converge();
  EXPECT_EQ(world_.server.request_count("/api/v2/buildinfo"), 1U) << "asked at first use alone";
  edit([](standin::State& state) { state.set_workspace_proxy(true); });
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::NotRead);
  const auto report = world_.cycle();
  ASSERT_TRUE(report->failure);
  EXPECT_THAT(report->failure->message, HasSubstr("this is a workspace proxy"));
}

TEST_P(Refusals, HtmlWith200IsNoCoder) {
  add("dev");
  world_.server.add_fault(standin::FaultRule(standin::FaultKind::html));
  world_.declare({a_document("alice", "dev", {"ttl: 8h"})});
  const auto report = world_.cycle();
  EXPECT_EQ(report->result, CycleResult::failed);
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::NotRead);
  EXPECT_THAT(message("dev"), HasSubstr("access URL"));
  EXPECT_THAT(world_.server.writes(), IsEmpty());
}

TEST_P(Refusals, CreateFalseAndUpdateFalseOnlyReport) {
  add("there");
  world_.declare({a_document("alice", "absent", {"reconcilePolicy: {create: false}"}),
                  a_document("alice", "there", {"ttl: 8h", "reconcilePolicy: {update: false}"})});
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "absent"), Reason::Missing);
  EXPECT_EQ(world_.reason("alice", "there"), Reason::Drifted);
  EXPECT_THAT(world_.server.writes(), IsEmpty());
}

TEST_P(Refusals, ASuspendedWorkspaceIsLeftAlone) {
  add("dev");
  world_.declare({a_document("alice", "dev", {"ttl: 8h"}, "docker", {"coder-reconciler/suspend: \"true\""}),
                  a_document("alice", "absent", {}, "docker", {"coder-reconciler/suspend: \"true\""})});
  const ReportPtr report = world_.cycle();
  EXPECT_THAT(report->drifted_fields(), Each(0U)) << "an order is no drift";
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::Suspended);
  EXPECT_EQ(world_.reason("alice", "absent"), Reason::Suspended);
  EXPECT_THAT(world_.server.writes(), IsEmpty());
}

TEST_P(Refusals, OneOwnerUnderTwoSpellingsIsADuplicateAndNeitherIsApplied) {
  add("dev");
  std::string id;
  edit([&](standin::State& state) { id = state.find_user("alice")->id; });
  world_.declare({a_document("alice", "dev", {"ttl: 8h"}), a_document(id, "dev", {"ttl: 4h"}),
                  a_document("alice", "absent"), a_document(id, "absent")});
  for (int i = 0; i < 2; ++i) (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::Rejected);
  EXPECT_EQ(world_.reason(id, "dev"), Reason::Rejected);
  EXPECT_EQ(world_.reason("alice", "absent"), Reason::Rejected);
  EXPECT_EQ(world_.reason(id, "absent"), Reason::Rejected);
  EXPECT_THAT(message("dev"), HasSubstr(".yaml:"));
  EXPECT_THAT(world_.server.writes(), IsEmpty());
}

TEST_P(Refusals, AWorkspaceOfAnAiTaskIsNeverTouched) {
  standin::WorkspaceSeed seed;
  seed.task_id = "7a3b5c1e-0000-4000-8000-000000000001";
  add("dev", seed);
  world_.declare({a_document("alice", "dev", {"ttl: 8h"})});
  (void)world_.cycle();
  if (GetParam() <= standin::Age::v2_20) return;  // it knows no tasks
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::NotManageable);
  EXPECT_THAT(world_.server.writes(), IsEmpty());
}

}  // namespace
}  // namespace cr::testing
