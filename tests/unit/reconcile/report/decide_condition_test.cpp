#include "reconcile/report/decide_condition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "reconcile/memory/backoff.h"
#include "tests/support/fields.h"
#include "tests/unit/reconcile/decision_builders.h"

namespace cr::reconcile {
namespace {

using namespace cr::testing;
using coder::ApiError;
using coder::ApiFault;
using ::testing::HasSubstr;

const Identity kDev{"alice", "dev"};
const WorkspaceId kId = a_workspace_id(1);

/// Owns what a ConditionInput points to.
struct Scene {
  specs::WorkspaceSpec spec = a_spec().ttl(8h);
  LiveWorkspace live = a_live_dev();
  std::optional<coder::Template> policy;
  bool absent = false;
  std::string duplicate;
  std::optional<ApiError> read_error, stopped_by;
  std::optional<Unbound> unbound;
  std::optional<Bound> bound;
  MemoryVerdict memory;
  FieldVerdict fields;
  Verdict verdict;
  std::vector<Outcome> outcomes;
  std::optional<Backoff> backoff;
  bool proven = false, confirmed = false;
  async::WallTime now{};

  void in_sync() { live.ttl = 8h; }
  void did(Action action, ActionResult result = ActionResult::success, std::optional<ApiError> error = {},
           std::string note = {}) {
    outcomes.push_back({std::move(action), result, std::move(error), std::move(note), "", {}});
  }

  [[nodiscard]] Condition decide() const {
    const DiffContext context{
        .policy = policy ? &*policy : nullptr, .parameters = nullptr, .me = a_user_id(kMe)};
    const WorkspaceDiff difference = absent ? diff_absent(spec) : diff(spec, live, context);
    PlanInput plan_input;
    plan_input.spec = &spec;
    plan_input.live = absent ? nullptr : &live;
    plan_input.diff = &difference;
    plan_input.bound = bound ? &*bound : nullptr;
    plan_input.me = context.me;
    plan_input.memory = memory;
    plan_input.memory.overridden = fields.overridden_waiting;
    plan_input.memory.contested = fields.contested;
    plan_input.memory.backing_off = backoff.has_value();
    plan_input.now = now;
    const PlannedWorkspace planned = plan_workspace(plan_input);
    std::deque<Decided> decided_parts;
    std::deque<Done> done_parts;
    WorkspaceFacts facts;
    Decided& decided = facts.decided.among(decided_parts);
    Done& done = facts.done.among(done_parts);
    facts.spec = &spec;
    facts.identity = &kDev;
    const Excluded excluded{Reason::Rejected, duplicate};
    if (!duplicate.empty()) decided.excluded = &excluded;
    facts.read_error = read_error ? &*read_error : nullptr;
    decided.unbound = unbound ? &*unbound : nullptr;
    done.outcomes = outcomes;
    decided.backoff = backoff ? &*backoff : nullptr;
    decided.fields = fields;
    done.proven = proven || confirmed;
    done.nothing_left = confirmed;
    if (!read_error) {
      facts.live = absent ? nullptr : &live;
      facts.diff = &difference;
      decided.planned = planned.plan ? &*planned.plan : nullptr;
      decided.waiting = planned.waiting ? &*planned.waiting : nullptr;
    }
    return decide_condition({.workspace = facts,
                             .now = now,
                             .verdict = verdict,
                             .stopped_by = stopped_by ? &*stopped_by : nullptr});
  }
};

const Action kSetTtl = set_ttl(kDev, kId, {}, 8h);

struct Case {
  std::string name;
  std::function<void(Scene&)> given;
  Reason reason;
  std::string says;
};

class ConditionTable : public ::testing::TestWithParam<Case> {};

TEST_P(ConditionTable, SaysWhatIsTheMatterAndWhatToDo) {
  Scene scene;
  GetParam().given(scene);
  const Condition condition = scene.decide();
  EXPECT_EQ(condition.reason, GetParam().reason) << condition.message;
  EXPECT_THAT(condition.message, HasSubstr(GetParam().says));
  EXPECT_EQ(condition.message.empty(), GetParam().reason == Reason::InSync);
  EXPECT_EQ(condition.since, async::WallTime{});
}

ApiError an_error(ApiFault fault) {
  return {fault, "Coder said no"};
}

INSTANTIATE_TEST_SUITE_P(
    Read, ConditionTable,
    ::testing::Values(Case{"InSyncHasNothingToSay", [](Scene& s) { s.in_sync(); }, Reason::InSync, ""},
                      Case{"SuspendedUntilADay",
                           [](Scene& s) {
                             s.spec.body.edit().suspension = specs::Suspension{
                                 std::chrono::sys_days{std::chrono::year{2026} / 12 / 24}, "audit"};
                           },
                           Reason::Suspended, "until 2026-12-24: audit"},
                      Case{"SuspendedUntilADayThatNoClockReaches",
                           [](Scene& s) {
                             s.spec.body.edit().suspension = specs::Suspension{
                                 std::chrono::sys_days{std::chrono::year{2999} / 12 / 24}, ""};
                           },
                           Reason::Suspended, "until 2999-12-24"},
                      Case{"ASuspensionThatIsOverIsNone",
                           [](Scene& s) {
                             s.in_sync();
                             s.now = std::chrono::sys_days{std::chrono::year{2026} / 12 / 25};
                             s.spec.body.edit().suspension = specs::Suspension{
                                 std::chrono::sys_days{std::chrono::year{2026} / 12 / 24}, "audit"};
                           },
                           Reason::InSync, ""},
                      Case{"SuspendedWinsOverAFailedRead",
                           [](Scene& s) {
                             s.spec.body.edit().suspension = specs::Suspension{};
                             s.read_error = an_error(ApiFault::server);
                           },
                           Reason::Suspended, "left alone"},
                      Case{"ADuplicateIsRejected", [](Scene& s) { s.duplicate = "b.yaml:9 declares it too"; },
                           Reason::Rejected, "b.yaml:9"},
                      Case{"ReadFailed", [](Scene& s) { s.read_error = an_error(ApiFault::server); },
                           Reason::NotRead, "nothing is changed"},
                      Case{"ReadHadNoAnswer", [](Scene& s) { s.read_error = an_error(ApiFault::timeout); },
                           Reason::Unreachable, "check that Coder is running"},
                      Case{"ReadWasRefused",
                           [](Scene& s) { s.read_error = an_error(ApiFault::unauthorized); },
                           Reason::Unauthorized, "valid token"},
                      Case{"ReadWasThrottled", [](Scene& s) { s.read_error = an_error(ApiFault::throttled); },
                           Reason::RateLimited, "is rate limiting"},
                      Case{"ReadGotHtml", [](Scene& s) { s.read_error = an_error(ApiFault::contract); },
                           Reason::NotRead, "check that this is the access URL"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Absent, ConditionTable,
    ::testing::Values(
        Case{"MayNotBeCreated",
             [](Scene& s) {
               s.absent = true;
               s.spec.body.edit().policy.create = false;
             },
             Reason::Missing, "create: false"},
        Case{"CannotBeBound",
             [](Scene& s) {
               s.absent = true;
               s.unbound = Unbound(Reason::TemplateNotFound, "no template");
             },
             Reason::TemplateNotFound, "no template"},
        Case{"NotLookedUpYet", [](Scene& s) { s.absent = true; }, Reason::Creating, "one of the next cycles"},
        Case{"Created",
             [](Scene& s) {
               s.absent = true;
               s.bound = Bound{};
               s.did(CreateWorkspace{kDev, {}, "docker"});
             },
             Reason::Creating, "first build"},
        Case{"ToBeCreated",
             [](Scene& s) {
               s.absent = true;
               s.bound = Bound{};
             },
             Reason::Creating, "will be created"},
        Case{"WaitsForABuildSlot",
             [](Scene& s) {
               s.absent = true;
               s.bound = Bound{};
               s.did(CreateWorkspace{kDev, {}, "docker"}, ActionResult::skipped, {}, "no build slot");
             },
             Reason::Creating, "no build slot"},
        Case{"CreateWasRefused",
             [](Scene& s) {
               s.absent = true;
               s.bound = Bound{};
               s.did(CreateWorkspace{kDev, {}, "docker"}, ActionResult::failed, an_error(ApiFault::rejected));
             },
             Reason::Rejected, "fix the spec"},
        Case{"CreateIsBackingOff",
             [](Scene& s) {
               s.absent = true;
               s.backoff = Backoff{{}, 3, {}, Reason::BackingOff, an_error(ApiFault::server)};
             },
             Reason::BackingOff, "failed 3 times in a row, retrying within a minute"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Writes, ConditionTable,
    ::testing::Values(
        Case{"ToBeChanged", [](Scene&) {}, Reason::Updating, "will be changed"},
        Case{"WrittenAndNotReadBack", [](Scene& s) { s.did(kSetTtl); }, Reason::Updating, "next read"},
        Case{"WrittenAndProvenByTheReply",
             [](Scene& s) {
               s.in_sync();
               s.did(kSetTtl);
               s.confirmed = true;
             },
             Reason::InSync, ""},
        Case{"Held",
             [](Scene& s) {
               s.verdict.held = true;
               s.verdict.message = "too many changes";
             },
             Reason::Held, "too many changes"},
        Case{"AHeldPlanDoesNotHoldWhatIsInSync",
             [](Scene& s) {
               s.in_sync();
               s.verdict.held = true;
             },
             Reason::InSync, ""},
        Case{"StopIsUnderWay",
             [](Scene& s) {
               s.in_sync();
               s.spec.fields.set("dormant", true);
               s.live.build = a_build(9, Transition::start, BuildStatus::running, kSomebody);
               s.did(StopWorkspace{kDev, kId});
             },
             Reason::Stopping, "then it is made dormant"},
        Case{"ABuildThatFollowsAFieldWriteNamesTheStateToo",
             [](Scene& s) {
               s.spec.fields.set("dormant", true);
               s.did(kSetTtl);
               s.did(StopWorkspace{kDev, kId});
             },
             Reason::Stopping, "then it is made dormant"},
        Case{"AFirstBuildThatIsUnderWayNamesTheStateOfWhatIsNotConfirmed",
             [](Scene& s) {
               s.live.build = a_build(1, Transition::start, BuildStatus::starting, kMe);
               s.did(kSetTtl);
             },
             Reason::Creating, "its first build is running"},
        Case{"ABuildOfSomebodyElseDoesNot",
             [](Scene& s) {
               s.spec.fields.set("dormant", true);
               s.live.build = a_build(9, Transition::start, BuildStatus::starting, kSomebody);
               s.did(kSetTtl);
             },
             Reason::Updating, "not yet confirmed"},
        Case{"SkippedWithoutAReasonIsStillToBeDone", [](Scene& s) { s.did(kSetTtl, ActionResult::skipped); },
             Reason::Updating, "it will be changed"},
        Case{"ABuildNamesTheStateBesideFieldWrites",
             [](Scene& s) {
               s.spec.fields.set("dormant", true);
               s.did(StopWorkspace{kDev, kId});
               s.did(kSetTtl);
             },
             Reason::Stopping, "then it is made dormant"},
        Case{"RightIsMissing",
             [](Scene& s) { s.did(kSetTtl, ActionResult::failed, an_error(ApiFault::forbidden)); },
             Reason::Forbidden, "Organization Admin"},
        Case{"TheOwnerHasToLinkAnAccountFirst",
             [](Scene& s) {
               coder::ApiError error = an_error(ApiFault::forbidden);
               error.validations = {{"external_auth", "github"}};
               s.did(kSetTtl, ActionResult::failed, error);
             },
             Reason::Forbidden, "the workspace's owner must first link these accounts"},
        Case{"ParameterValuesThatDoNotFit",
             [](Scene& s) {
               coder::ApiError error(ApiFault::rejected, "Unable to validate parameters");
               error.validations = {{"cpu", "is above the maximum"}};
               s.did(kSetTtl, ActionResult::failed, error);
             },
             Reason::ParametersRejected, "cpu: is above the maximum"},
        Case{"ServerFailed",
             [](Scene& s) { s.did(kSetTtl, ActionResult::failed, an_error(ApiFault::server)); },
             Reason::BackingOff, "setting ttl failed"},
        Case{"AStopFailed",
             [](Scene& s) {
               s.did(StopWorkspace{kDev, kId}, ActionResult::failed, an_error(ApiFault::server));
             },
             Reason::BackingOff, "stopping it failed"},
        Case{"ARetryFailed",
             [](Scene& s) {
               s.did(RetryFirstBuild{kDev, kId, 1}, ActionResult::failed, an_error(ApiFault::server));
             },
             Reason::BackingOff, "retrying its first build failed"},
        Case{"Throttled",
             [](Scene& s) { s.did(kSetTtl, ActionResult::failed, an_error(ApiFault::throttled)); },
             Reason::RateLimited, "Coder said no"},
        Case{"TheTokenDiedInThisCycle",
             [](Scene& s) {
               s.did(kSetTtl, ActionResult::skipped, {}, "the token was refused");
               s.stopped_by = an_error(ApiFault::unauthorized);
             },
             Reason::Unauthorized, "valid token"},
        Case{"BackingOffKeepsItsReason",
             [](Scene& s) {
               s.backoff = Backoff{{}, 1, {}, Reason::Forbidden, an_error(ApiFault::forbidden)};
             },
             Reason::Forbidden, "failed once, retrying when its spec or its state in Coder changes"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Persons, ConditionTable,
    ::testing::Values(
        Case{"UpdatesAreForbiddenBySpec", [](Scene& s) { s.spec.body.edit().policy.update = false; },
             Reason::Drifted, "ttl is none, should be 8h"},
        Case{"UpdatesAreForbiddenAndNoneIsNeeded",
             [](Scene& s) {
               s.in_sync();
               auto& body = s.spec.body.edit();
               body.template_ref = "kubernetes";
               body.policy.update = false;
             },
             Reason::InSync, ""},
        Case{"EachFieldThatDriftsIsNamed",
             [](Scene& s) { s.spec = a_spec().ttl(8h).autostart("0 9 * * *").may_not_update(); },
             Reason::Drifted, "autostart is none, should be 0 9 * * *, ttl is none, should be 8h"},
        Case{"WhatIsOnlyReportedIsNamed",
             [](Scene& s) { s.spec = a_spec().ttl(8h).mode("ttl", specs::FieldMode::report); },
             Reason::Drifted, "ttl is none, should be 8h; its spec says report in reconcilePolicy.fields"},
        Case{"PolicyForbids",
             [](Scene& s) {
               s.policy = a_template();
               s.policy->allow_user_autostop = false;
             },
             Reason::PolicyForbids, "template docker does not allow users"},
        Case{"Overridden",
             [](Scene& s) {
               s.fields.overridden = {field::ttl};
               s.fields.overridden_waiting = {field::ttl};
             },
             Reason::Overridden, "ttl is none, should be 8h"},
        Case{"OverriddenIsSaidInTheCycleOfTheWrite",
             [](Scene& s) {
               s.fields.overridden = {field::ttl};
               s.fields.overridden_waiting = {field::ttl};
               s.did(kSetTtl);
               s.confirmed = true;
             },
             Reason::Overridden, "ttl is none, should be 8h"},
        Case{"AWriteThatCouldNotBeReadBackIsNeitherOverriddenNorInSync",
             [](Scene& s) {
               s.fields.overridden = {field::ttl};
               s.did(kSetTtl);
             },
             Reason::Updating, "not yet confirmed"},
        Case{"WhatWasReadBackDoesNotHideWhatIsLeft",
             [](Scene& s) {
               s.spec = a_spec().ttl(8h).dormant(true);
               s.did(kSetTtl);
               s.did(StopWorkspace{kDev, kId}, ActionResult::skipped, {}, "waits for a build slot");
               s.proven = true;
             },
             Reason::Stopping, "waits for a build slot"},
        Case{"Contested", [](Scene& s) { s.fields.contested = {field::ttl}; }, Reason::Contested,
             "three times within a day"},
        Case{"AContestedFieldThatReadsAsDeclaredIsInSync",
             [](Scene& s) {
               s.in_sync();
               s.fields.contested = {field::ttl};
             },
             Reason::InSync, ""},
        Case{"NotManageable", [](Scene& s) { s.live.task = true; }, Reason::NotManageable, "AI task"},
        Case{"BeingDeleted", [](Scene& s) { s.live.build.status = BuildStatus::deleting; }, Reason::Updating,
             "being deleted"},
        Case{"FirstBuildIsRunning",
             [](Scene& s) {
               s.in_sync();
               s.live.build = a_build(1, Transition::start, BuildStatus::starting, kMe);
             },
             Reason::Creating, "first build"},
        Case{"FirstBuildGaveUp",
             [](Scene& s) {
               s.in_sync();
               s.live.build = a_build(4, Transition::start, BuildStatus::failed, kMe);
             },
             Reason::BuildFailed, "failed 4 times"},
        Case{"FirstBuildIsQueuedAgain",
             [](Scene& s) {
               s.in_sync();
               s.live.build = a_build(1, Transition::start, BuildStatus::failed, kMe);
               s.did(RetryFirstBuild{kDev, kId, 1});
             },
             Reason::Creating, "queued again"},
        Case{"AFailedBuildOfTheOwnerIsNoCondition",
             [](Scene& s) {
               s.in_sync();
               s.live.build = a_build(20, Transition::start, BuildStatus::failed, kSomebody);
             },
             Reason::InSync, ""},
        Case{"AValueThatIsNotKnown",
             [](Scene& s) {
               s.in_sync();
               s.spec.fields.set("automaticUpdates", specs::AutomaticUpdates::always);
               s.live.automatic_updates = LiveAutomaticUpdates::unknown;
             },
             Reason::NotRead, "automatic_updates"}),
    [](const auto& test) { return test.param.name; });

// --- reasons ---

TEST(Reasons, AreAClosedSetWithDistinctNames) {
  std::set<std::string_view> names;
  for (const Reason reason : all_reasons()) names.insert(to_string(reason));
  EXPECT_EQ(names.size(), all_reasons().size());
  EXPECT_EQ(all_reasons().size(), 34U);
  EXPECT_FALSE(names.contains("Unknown"));
}

TEST(Reasons, AreReadyFalseOrUnknownAsDocumented) {
  std::size_t ready = 0, unknown = 0, person = 0;
  for (const Reason reason : all_reasons()) {
    ready += ready_of(reason) == Ready::True;
    unknown += ready_of(reason) == Ready::Unknown;
    person += waits_for_person(reason);
  }
  EXPECT_EQ(ready, 1U);
  EXPECT_EQ(unknown, 3U);
  EXPECT_EQ(person, 24U);
  EXPECT_EQ(ready_of(Reason::RateLimited), Ready::False);
  EXPECT_FALSE(waits_for_person(Reason::BackingOff));
}

// --- how a cycle ended ---

CycleReport a_report(std::vector<Reason> reasons, std::vector<ActionResult> results = {}) {
  CycleReport report;
  for (const Reason reason : reasons) {
    WorkspaceStatus status;
    status.ready.reason = reason;
    report.workspaces.push_back(status);
  }
  for (const ActionResult result : results) report.outcomes.push_back({kSetTtl, result, {}, "", "", {}});
  return report;
}

TEST(CycleResult, InSyncMeansNothingToDoAndNothingDone) {
  EXPECT_EQ(result_of(a_report({Reason::InSync, Reason::Suspended})), CycleResult::in_sync);
  EXPECT_EQ(result_of(a_report({})), CycleResult::in_sync);
}

TEST(CycleResult, ConvergedMeansActedOrUnderWayAndAllGood) {
  EXPECT_EQ(result_of(a_report({Reason::InSync, Reason::Updating}, {ActionResult::success})),
            CycleResult::converged);
  EXPECT_EQ(result_of(a_report({Reason::Creating})), CycleResult::converged);
}

TEST(CycleResult, PartialMeansSomeDidNotConverge) {
  EXPECT_EQ(result_of(a_report({Reason::InSync, Reason::PolicyForbids})), CycleResult::partial);
  EXPECT_EQ(result_of(a_report({Reason::InSync, Reason::NotRead})), CycleResult::partial);
  EXPECT_EQ(result_of(a_report({Reason::Updating}, {ActionResult::failed})), CycleResult::partial);
}

TEST(CycleResult, HeldIsHeld) {
  CycleReport report = a_report({Reason::Held});
  report.verdict.held = true;
  EXPECT_EQ(result_of(report), CycleResult::held);
}

}  // namespace
}  // namespace cr::reconcile
