#include "reconcile/plan/planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fields.h"
#include "tests/unit/reconcile/decision_builders.h"

namespace cr::reconcile {
namespace {

using namespace cr::testing;
using specs::AutomaticUpdates;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Identity kDev{"alice", "dev"};
const WorkspaceId kId = a_workspace_id(1);

/// One workspace through diff and planner.
PlannedWorkspace plan_for(const specs::WorkspaceSpec& spec, const LiveWorkspace& live,
                          const MemoryVerdict& memory = {}) {
  const WorkspaceDiff difference =
      diff(spec, live, {.policy = nullptr, .parameters = nullptr, .me = a_user_id(kMe)});
  PlanInput input;
  input.spec = &spec;
  input.live = &live;
  input.diff = &difference;
  input.me = a_user_id(kMe);
  input.memory = memory;
  return plan_workspace(input);
}

PlannedWorkspace plan_absent(const specs::WorkspaceSpec& spec, const Bound* bound,
                             const MemoryVerdict& memory = {}) {
  const WorkspaceDiff difference = diff_absent(spec);
  PlanInput input;
  input.spec = &spec;
  input.diff = &difference;
  input.bound = bound;
  input.memory = memory;
  return plan_workspace(input);
}

std::vector<Action> actions_of(const PlannedWorkspace& planned) {
  return planned.plan ? planned.plan->actions : std::vector<Action>{};
}

Bound a_binding() {
  Bound bound;
  bound.request.owner = a_user_id(1);
  bound.request.name = "dev";
  bound.request.template_id = an_id<TemplateId>(1);
  bound.template_name = "docker";
  bound.policy = a_template();
  return bound;
}

TEST(Planner, InSyncPlansNothing) {
  LiveWorkspace live = a_live_dev();
  live.ttl = 8h;
  EXPECT_EQ(plan_for(a_spec().ttl(8h), live), PlannedWorkspace{});
}

TEST(Planner, CreatesWhatIsAbsentAndBound) {
  const Bound bound = a_binding();
  const PlannedWorkspace planned = plan_absent(a_spec(), &bound);
  EXPECT_THAT(actions_of(planned), ElementsAre(Action{CreateWorkspace{kDev, bound.request, "docker"}}));
  EXPECT_EQ(planned.plan->follow_up, "");
}

TEST(Planner, ACreateSetsWhatItCan) {
  const Bound bound = a_binding();
  const auto spec = a_spec().autostart("0 9 * * *").ttl(8h).updates(AutomaticUpdates::always).dormant(false);
  CreateWorkspace create{kDev, bound.request, "docker"};
  create.request.autostart_schedule = "0 9 * * *";
  create.request.ttl = 8h;
  create.request.automatic_updates_always = true;
  create.sets = {{field::automatic_updates, "", wish_for_updates(true)},
                 {field::autostart, "", wish_for_autostart("0 9 * * *")},
                 {field::ttl, "", specs::Ttl(8h)}};
  EXPECT_THAT(actions_of(plan_absent(spec, &bound)), ElementsAre(Action{create}));
  EXPECT_THAT(actions_of(plan_absent(a_spec().no_autostart().no_ttl(), &bound)),
              ElementsAre(Action{CreateWorkspace{kDev, bound.request, "docker"}}))
      << "what is null is so by itself, or follows";
}

TEST(Planner, TellsWhatFollowsACreate) {
  Bound bound = a_binding();
  bound.policy.default_ttl = 4h;
  EXPECT_EQ(plan_absent(a_spec().no_ttl().dormant(true), &bound).plan->follow_up,
            "ttl none once it is created; stop and dormant once its first build has ended");
}

TEST(Planner, DoesNotCreateWhatIsNotBound) {
  EXPECT_FALSE(plan_absent(a_spec(), nullptr).plan);
}

TEST(Planner, DoesNotCreateAgainstTheSpec) {
  const Bound bound = a_binding();
  EXPECT_FALSE(plan_absent(a_spec().may_not_create(), &bound).plan);
}

TEST(Planner, WritesFieldsInAFixedOrder) {
  const auto spec = a_spec().dormant(true).ttl(8h).autostart("0 9 * * *").updates(AutomaticUpdates::always);
  EXPECT_THAT(actions_of(plan_for(spec, a_live_dev())),
              ElementsAre(Action{set_automatic_updates(kDev, kId, false, true)},
                          Action{set_autostart(kDev, kId, "", "0 9 * * *")},
                          Action{set_ttl(kDev, kId, {}, 8h)}, Action{set_dormant(kDev, kId, true)}));
}

TEST(Planner, ClearsWithEmptyValues) {
  LiveWorkspace live = a_live_dev();
  live.ttl = 8h;
  live.autostart_schedule = "0 9 * * *";
  EXPECT_THAT(
      actions_of(plan_for(a_spec().no_ttl().no_autostart(), live)),
      ElementsAre(Action{set_autostart(kDev, kId, "0 9 * * *", "")}, Action{set_ttl(kDev, kId, 8h, {})}));
}

TEST(Planner, ReportsOnlyWhereTheSpecForbidsUpdates) {
  EXPECT_EQ(plan_for(a_spec().ttl(8h).dormant(true).may_not_update(), a_live_dev()), PlannedWorkspace{});
}

TEST(Planner, LeavesASuspendedWorkspaceAloneUntilItsDate) {
  using std::chrono::sys_days;
  const auto spec = a_spec().ttl(8h).suspended({sys_days(std::chrono::year{2026} / 12 / 24), "holidays"});
  const specs::WorkspaceSpec value = spec;
  const LiveWorkspace live = a_live_dev();
  const WorkspaceDiff difference = diff(value, live, {});
  PlanInput input;
  input.spec = &value;
  input.live = &live;
  input.diff = &difference;
  input.now = sys_days(std::chrono::year{2026} / 12 / 23) + 23h;
  EXPECT_FALSE(plan_workspace(input).plan);
  input.now = sys_days(std::chrono::year{2026} / 12 / 24);
  EXPECT_TRUE(plan_workspace(input).plan);
}

TEST(Planner, NeverTouchesWhatIsNotManageable) {
  LiveWorkspace live = a_live_dev();
  live.prebuild = true;
  live.build = a_build(1, Transition::start, BuildStatus::failed, kMe);
  EXPECT_EQ(plan_for(a_spec().ttl(8h).dormant(true), live), PlannedWorkspace{});
}

TEST(Planner, TriesNothingWhileBackingOff) {
  EXPECT_FALSE(plan_for(a_spec().ttl(8h), a_live_dev(), {.backing_off = true}).plan);
  const Bound bound = a_binding();
  EXPECT_FALSE(plan_absent(a_spec(), &bound, {.backing_off = true}).plan);
}

TEST(Planner, SkipsOverriddenAndContestedFieldsAndWritesTheOthers) {
  const auto spec = a_spec().ttl(8h).autostart("0 9 * * *").updates(AutomaticUpdates::always);
  MemoryVerdict memory;
  memory.overridden = {field::ttl};
  memory.contested = {field::autostart};
  EXPECT_THAT(actions_of(plan_for(spec, a_live_dev(), memory)),
              ElementsAre(Action{set_automatic_updates(kDev, kId, false, true)}));
}

// Dormancy switches autostop off and leaves a workspace running.
struct SleepCase {
  std::string name;
  LiveBuild build;
  std::vector<Action> actions;
  std::optional<Reason> waiting;
  bool soon = false;
  std::optional<std::uint32_t> failed_builds = {};
};

class SleepTable : public ::testing::TestWithParam<SleepCase> {};

TEST_P(SleepTable, IsPutToSleepOnlyWhenItHasStopped) {
  LiveWorkspace live = a_live_dev();
  live.build = GetParam().build;
  MemoryVerdict memory;
  memory.failed_builds = GetParam().failed_builds;
  const PlannedWorkspace planned = plan_for(a_spec().dormant(true), live, memory);
  EXPECT_EQ(actions_of(planned), GetParam().actions);
  ASSERT_EQ(planned.waiting.has_value(), GetParam().waiting.has_value());
  if (planned.waiting) {
    EXPECT_EQ(planned.waiting->reason, *GetParam().waiting);
    EXPECT_EQ(planned.waiting->soon, GetParam().soon);
    EXPECT_FALSE(planned.waiting->message.empty());
  }
}

const std::vector<Action> kStop{StopWorkspace{kDev, kId}};
const std::vector<Action> kSleep{set_dormant(kDev, kId, true)};

INSTANTIATE_TEST_SUITE_P(
    Planner, SleepTable,
    ::testing::Values(
        SleepCase{
            "StoppedSleepsAtOnce", a_build(9, Transition::stop, BuildStatus::stopped, kSomebody), kSleep, {}},
        SleepCase{"RunningIsStoppedFirst",
                  a_build(9, Transition::start, BuildStatus::running, kSomebody),
                  kStop,
                  {}},
        SleepCase{"AFailedStartMayRunAndIsStopped",
                  a_build(9, Transition::start, BuildStatus::failed, kSomebody),
                  kStop,
                  {}},
        SleepCase{"ACancelledStartMayRunAndIsStopped",
                  a_build(9, Transition::start, BuildStatus::canceled, kSomebody),
                  kStop,
                  {}},
        SleepCase{"AFailedStopMayRunAndIsStoppedAgain",
                  a_build(9, Transition::stop, BuildStatus::failed, kSomebody),
                  kStop,
                  {}},
        SleepCase{
            "AFailedDeleteIsStopped", a_build(9, Transition::del, BuildStatus::failed, kSomebody), kStop, {}},
        SleepCase{"OurThirdFailedStopIsRetried",
                  a_build(9, Transition::stop, BuildStatus::failed, kMe),
                  kStop,
                  {},
                  false,
                  3},
        SleepCase{"OurFourthFailedStopIsNot",
                  a_build(9, Transition::stop, BuildStatus::failed, kMe),
                  {},
                  Reason::BuildFailed,
                  false,
                  4},
        SleepCase{"StoppingIsWaitedFor",
                  a_build(9, Transition::stop, BuildStatus::stopping, kMe),
                  {},
                  Reason::Stopping,
                  true},
        SleepCase{"AQueuedStopIsWaitedFor",
                  a_build(9, Transition::stop, BuildStatus::pending, kMe),
                  {},
                  Reason::Stopping,
                  true},
        SleepCase{"AStartIsWaitedFor",
                  a_build(9, Transition::start, BuildStatus::starting, kSomebody),
                  {},
                  Reason::Updating,
                  true},
        SleepCase{"CancellingIsWaitedFor",
                  a_build(9, Transition::start, BuildStatus::canceling, kSomebody),
                  {},
                  Reason::Updating,
                  true},
        SleepCase{"AnUnknownStateIsNoReasonToStop",
                  a_build(9, Transition::start, BuildStatus::unknown, kSomebody),
                  {},
                  Reason::NotRead,
                  false}),
    [](const auto& test) { return test.param.name; });

TEST(Planner, AStopThatFailedIsNotCountedAgainstAnybodyWhileWeDoNotKnowWhoWeAre) {
  LiveWorkspace live = a_live_dev();
  live.build = a_build(9, Transition::stop, BuildStatus::failed, kMe);
  const specs::WorkspaceSpec spec = a_spec().dormant(true);
  const WorkspaceDiff difference = diff(spec, live, {});
  PlanInput input;
  input.spec = &spec;
  input.live = &live;
  input.diff = &difference;
  input.memory.failed_builds = 4;
  EXPECT_EQ(actions_of(plan_workspace(input)), kStop);
}

TEST(Planner, AStopThatIsGivenUpIsExplainedWithItsLastError) {
  LiveWorkspace live = a_live_dev();
  live.build = a_build(9, Transition::stop, BuildStatus::failed, kMe);
  live.build.error = "the volume is in use";
  const PlannedWorkspace planned = plan_for(a_spec().dormant(true), live, {.failed_builds = 4});
  ASSERT_TRUE(planned.waiting);
  EXPECT_THAT(planned.waiting->message, HasSubstr("failed 4 times, last error: the volume is in use;"));
}

TEST(Planner, WakesWithOneWriteAndStartsNothing) {
  LiveWorkspace live = a_live_dev();
  live.dormant = true;
  EXPECT_THAT(actions_of(plan_for(a_spec().dormant(false), live)),
              ElementsAre(Action{set_dormant(kDev, kId, false)}));
}

TEST(Planner, WritesFieldsWhileSomebodysBuildIsActive) {
  LiveWorkspace live = a_live_dev();
  live.build = a_build(9, Transition::start, BuildStatus::starting, kSomebody);
  const PlannedWorkspace planned = plan_for(a_spec().ttl(8h).dormant(true), live);
  EXPECT_THAT(actions_of(planned), ElementsAre(Action{set_ttl(kDev, kId, {}, 8h)}));
  ASSERT_TRUE(planned.waiting);
  EXPECT_EQ(planned.waiting->reason, Reason::Updating);
}

TEST(Planner, WritesFieldsOfADormantWorkspaceWithoutWakingIt) {
  LiveWorkspace live = a_live_dev();
  live.dormant = true;
  EXPECT_THAT(actions_of(plan_for(a_spec().dormant(true).ttl(8h), live)),
              ElementsAre(Action{set_ttl(kDev, kId, {}, 8h)}));
}

TEST(Planner, QueuesAFailedFirstBuildOfOursThreeTimes) {
  for (std::uint32_t number = 1; number <= 3; ++number) {
    LiveWorkspace live = a_live_dev();
    live.build = a_build(number, Transition::start, BuildStatus::failed, kMe);
    EXPECT_THAT(actions_of(plan_for(a_spec(), live)),
                ElementsAre(Action{RetryFirstBuild{kDev, kId, number}}));
  }
  LiveWorkspace live = a_live_dev();
  live.build = a_build(4, Transition::start, BuildStatus::failed, kMe);
  live.build.error = "insufficient quota";
  const PlannedWorkspace planned = plan_for(a_spec(), live);
  EXPECT_THAT(actions_of(planned), IsEmpty());
  ASSERT_TRUE(planned.waiting);
  EXPECT_EQ(planned.waiting->reason, Reason::BuildFailed);
  EXPECT_THAT(planned.waiting->message, HasSubstr("insufficient quota"));
}

TEST(Planner, TriesTheFirstBuildAgainAfterTheSpecHasChanged) {
  LiveWorkspace live = a_live_dev();
  live.build = a_build(4, Transition::start, BuildStatus::failed, kMe);
  EXPECT_THAT(actions_of(plan_for(a_spec(), live, {.failed_builds = 0})),
              ElementsAre(Action{RetryFirstBuild{kDev, kId, 1}}));
}

TEST(Planner, LeavesAFailedBuildOfTheOwnerAlone) {
  LiveWorkspace live = a_live_dev();
  live.build = a_build(2, Transition::start, BuildStatus::failed, kSomebody);
  EXPECT_EQ(plan_for(a_spec(), live), PlannedWorkspace{});
}

TEST(Planner, RetriesTheFirstBuildWhereOnlyUpdatesAreForbidden) {
  LiveWorkspace live = a_live_dev();
  live.build = a_build(1, Transition::start, BuildStatus::failed, kMe);
  EXPECT_TRUE(plan_for(a_spec().may_not_update(), live).plan);
  EXPECT_FALSE(plan_for(a_spec().may_not_create(), live).plan);
}

TEST(Planner, WaitsForTheFirstBuildAndSaysWhyItDoesNotStart) {
  LiveWorkspace live = a_live_dev();
  live.build = a_build(1, Transition::start, BuildStatus::pending, kMe);
  live.build.has_provisioner = false;
  const PlannedWorkspace planned = plan_for(a_spec(), live);
  EXPECT_FALSE(planned.plan);
  ASSERT_TRUE(planned.waiting);
  EXPECT_EQ(planned.waiting->reason, Reason::Creating);
  EXPECT_TRUE(planned.waiting->soon);
  EXPECT_THAT(planned.waiting->message, HasSubstr("provisioner"));
}

TEST(Planner, RetriesTheFirstBuildBeforeItPutsToSleep) {
  LiveWorkspace live = a_live_dev();
  live.build = a_build(1, Transition::start, BuildStatus::failed, kMe);
  const PlannedWorkspace planned = plan_for(a_spec().dormant(true), live);
  EXPECT_THAT(actions_of(planned), ElementsAre(Action{RetryFirstBuild{kDev, kId, 1}}));
  EXPECT_THAT(planned.plan->follow_up, HasSubstr("dormant"));
}

TEST(FollowUps, WriteWhatCreationCouldNotSet) {
  LiveWorkspace created = a_live_dev();
  created.build = a_build(1, Transition::start, BuildStatus::pending, kMe);
  created.ttl = 4h;  // the template's default, since null means "inherit" at creation
  const auto spec = a_spec().no_ttl().updates(AutomaticUpdates::always).may_not_update();
  EXPECT_THAT(
      follow_ups(spec, created, {.policy = nullptr, .parameters = nullptr, .me = a_user_id(kMe)}, true),
      ElementsAre(Action{set_automatic_updates(kDev, kId, false, true)}, Action{set_ttl(kDev, kId, 4h, {})}))
      << "they belong to the create, so `update: false` does not stop them";
}

TEST(FollowUps, GiveWhatIsOnlyGivenAtCreationAndWriteNothingThatIsOnlyReported) {
  LiveWorkspace created = a_live_dev();
  created.build = a_build(1, Transition::start, BuildStatus::pending, kMe);
  created.ttl = 4h;
  const auto spec = a_spec()
                        .no_ttl()
                        .updates(AutomaticUpdates::always)
                        .mode("ttl", specs::FieldMode::initial)
                        .mode("automaticUpdates", specs::FieldMode::report);
  EXPECT_THAT(
      follow_ups(spec, created, {.policy = nullptr, .parameters = nullptr, .me = a_user_id(kMe)}, true),
      ElementsAre(Action{set_ttl(kDev, kId, 4h, {})}));
}

// "given at creation, then the owner's": who was faster with the create is the owner of it.
TEST(FollowUps, LeaveAloneWhatIsGivenAtCreationWhereSomebodyElseCreatedIt) {
  LiveWorkspace theirs = a_live_dev();
  theirs.build = a_build(1, Transition::start, BuildStatus::pending, kSomebody);
  theirs.ttl = 4h;
  const auto spec = a_spec().ttl(8h).mode("ttl", specs::FieldMode::initial);
  EXPECT_TRUE(follow_ups(spec, theirs, {.me = a_user_id(kMe)}, false).empty());
  EXPECT_FALSE(follow_ups(spec, theirs, {.me = a_user_id(kMe)}, true).empty());
}

TEST(AssemblePlan, DoesNotDependOnTheOrderOfItsInput) {
  const WorkspacePlan a{{"alice", "a"}, kStop, ""};
  const WorkspacePlan b{{"alice", "b"}, kStop, ""};
  const WorkspacePlan c{{"bob", "a"}, kStop, ""};
  EXPECT_EQ(assemble_plan({c, a, b}), assemble_plan({a, b, c}));
  EXPECT_EQ(digest(assemble_plan({c, a, b})), digest(assemble_plan({b, c, a})));
}

}  // namespace
}  // namespace cr::reconcile
