#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "reconcile/plan/planner.h"
#include "tests/support/fields.h"
#include "tests/unit/reconcile/decision_builders.h"

// Random specs and live states, from fixed seeds.
namespace cr::reconcile {
namespace {

using namespace cr::testing;

class Dice {
 public:
  explicit Dice(std::uint32_t seed) : engine_(seed) {}
  std::size_t below(std::size_t count) { return engine_() % count; }
  template <class T>
  T one_of(const std::vector<T>& values) {
    return values[below(values.size())];
  }

 private:
  std::mt19937 engine_;
};

specs::WorkspaceSpec random_spec(Dice& dice) {
  SpecBuilder spec = a_spec();
  switch (dice.below(4)) {
    case 0:
      spec.autostart(
          dice.one_of<std::string>({"30 9 * * 1-5", "CRON_TZ=Europe/Berlin 0 8 * * *", "0 7 * * 6"}));
      break;
    case 1:
      spec.no_autostart();
      break;
    default:
      break;
  }
  switch (dice.below(4)) {
    case 0:
      spec.ttl(dice.one_of<specs::Ttl>({1min, 90min, 8h}));
      break;
    case 1:
      spec.no_ttl();
      break;
    default:
      break;
  }
  if (dice.below(2) == 0)
    spec.updates(dice.below(2) == 0 ? specs::AutomaticUpdates::always : specs::AutomaticUpdates::never);
  if (dice.below(2) == 0) spec.dormant(dice.below(2) == 0);
  if (dice.below(6) == 0) spec.may_not_update();
  return spec;
}

LiveWorkspace random_live(Dice& dice) {
  LiveWorkspace live = a_live_dev();
  live.autostart_schedule =
      dice.one_of<std::string>({"", "30 09 * * Mon-Fri", "30 9 * * 1-5", "0 7 * * sat", "nonsense"});
  live.ttl =
      dice.one_of<std::optional<std::chrono::milliseconds>>({std::nullopt, 0ms, 60s, 60500ms, 90min, 8h});
  live.automatic_updates = dice.one_of<LiveAutomaticUpdates>(
      {LiveAutomaticUpdates::never, LiveAutomaticUpdates::always, LiveAutomaticUpdates::unknown});
  live.dormant = dice.below(2) == 0;
  live.build =
      a_build(static_cast<std::uint32_t>(1 + dice.below(9)),
              dice.one_of<Transition>({Transition::start, Transition::stop}),
              dice.one_of<BuildStatus>({BuildStatus::running, BuildStatus::stopped, BuildStatus::failed,
                                        BuildStatus::starting, BuildStatus::stopping, BuildStatus::canceled,
                                        BuildStatus::unknown}),
              dice.below(2) == 0 ? kMe : kSomebody);
  if (live.build.status == BuildStatus::running) live.build.transition = Transition::start;
  if (live.build.status == BuildStatus::stopped) live.build.transition = Transition::stop;
  return live;
}

PlannedWorkspace plan_for(const specs::WorkspaceSpec& spec, const LiveWorkspace& live) {
  const WorkspaceDiff difference =
      diff(spec, live, {.policy = nullptr, .parameters = nullptr, .me = a_user_id(kMe)});
  PlanInput input;
  input.spec = &spec;
  input.live = &live;
  input.diff = &difference;
  input.me = a_user_id(kMe);
  return plan_workspace(input);
}

/// What Coder makes of one action; builds end well.
struct Apply {
  LiveWorkspace& live;
  void operator()(const CreateWorkspace&) const {}
  void operator()(const RetryFirstBuild&) const { build(Transition::start, BuildStatus::running); }
  void operator()(const WriteField& action) const {
    const specs::FieldValue& to = action.change.to;
    if (action.change.field == field::automatic_updates) {
      live.automatic_updates =
          to == wish_for_updates(true) ? LiveAutomaticUpdates::always : LiveAutomaticUpdates::never;
    } else if (action.change.field == field::autostart) {
      const auto* schedule = std::get_if<specs::Schedule>(&to);
      live.autostart_schedule = schedule ? schedule->text() : "";
    } else if (action.change.field == field::ttl) {
      const auto* ttl = std::get_if<specs::Ttl>(&to);
      live.ttl = ttl ? std::optional<std::chrono::milliseconds>(*ttl) : std::nullopt;
    } else {
      live.dormant = std::get<bool>(to);
    }
  }
  void operator()(const StopWorkspace&) const { build(Transition::stop, BuildStatus::stopped); }
  void build(Transition transition, BuildStatus status) const {
    live.build = a_build(live.build.number + 1, transition, status, kMe);
  }
};

/// Builds that are under way end well.
void time_passes(LiveWorkspace& live) {
  if (!live.build.active()) return;
  live.build.status = live.build.transition == Transition::stop ? BuildStatus::stopped : BuildStatus::running;
}

constexpr std::uint32_t kRuns = 3000;

TEST(Properties, ApplyingPlansUntilNoneIsLeftLeavesNoDrift) {
  for (std::uint32_t seed = 0; seed < kRuns; ++seed) {
    Dice dice(seed);
    const specs::WorkspaceSpec spec = random_spec(dice);
    LiveWorkspace live = random_live(dice);
    int cycles = 0;
    for (; cycles < 6; ++cycles) {
      const PlannedWorkspace planned = plan_for(spec, live);
      if (planned.plan) {
        for (const Action& action : planned.plan->actions) std::visit(Apply{live}, action);
      } else if (!planned.waiting || !planned.waiting->soon) {
        break;
      }
      time_passes(live);
    }
    ASSERT_LT(cycles, 6) << "never settles, seed " << seed;
    const WorkspaceDiff rest = diff(spec, live, {});
    // A spec that forbids updates keeps its drift, and a build state that nobody knows is not stopped.
    if (!spec.body->policy.update || live.build.status == BuildStatus::unknown) continue;
    EXPECT_TRUE(rest.drift.empty()) << "seed " << seed << ": " << ::testing::PrintToString(rest.drift);
  }
}

TEST(Properties, AnUnmanagedFieldIsNeverPlanned) {
  for (std::uint32_t seed = 0; seed < kRuns; ++seed) {
    Dice dice(seed);
    const specs::WorkspaceSpec spec = random_spec(dice);
    const PlannedWorkspace planned = plan_for(spec, random_live(dice));
    if (!planned.plan) continue;
    for (const Action& action : planned.plan->actions) {
      if (const WriteField* write = field_write_of(action)) {
        EXPECT_TRUE(spec.fields.find(entry_of(write->change.field).key)) << seed;
      } else if (kind_of(action) == ActionKind::stop) {
        EXPECT_TRUE(spec.fields.find("dormant")) << seed << ": only declared dormancy stops anything";
      } else {
        EXPECT_TRUE(std::holds_alternative<RetryFirstBuild>(action)) << seed << ": it exists";
      }
    }
  }
}

TEST(Properties, NeverASleepWhileItMayRunAndNeverTwoBuildsAtOnce) {
  for (std::uint32_t seed = 0; seed < kRuns; ++seed) {
    Dice dice(seed);
    const specs::WorkspaceSpec spec = random_spec(dice);
    const LiveWorkspace live = random_live(dice);
    const PlannedWorkspace planned = plan_for(spec, live);
    if (!planned.plan) continue;
    int builds = 0;
    for (const Action& action : planned.plan->actions) {
      const WriteField* write = field_write_of(action);
      const bool sleeps = write && write->change.to == specs::FieldValue(true);
      if (sleeps) {
        EXPECT_EQ(live.build.status, BuildStatus::stopped) << seed;
      }
      builds += kind_of(action) == ActionKind::create || kind_of(action) == ActionKind::stop;
    }
    EXPECT_LE(builds, 1) << seed;
    EXPECT_FALSE(builds > 0 && live.build.active()) << seed;
  }
}

TEST(Properties, APlanIsAFunctionOfTheSetNotOfItsOrder) {
  for (std::uint32_t seed = 0; seed < 50; ++seed) {
    Dice dice(seed);
    std::vector<WorkspacePlan> plans;
    for (int i = 0; i < 20; ++i) {
      PlannedWorkspace planned = plan_for(random_spec(dice), random_live(dice));
      if (!planned.plan) continue;
      planned.plan->workspace.name = "w" + std::to_string(i);
      plans.push_back(*planned.plan);
    }
    const Plan plan = assemble_plan(plans);
    std::mt19937 engine(seed);
    std::shuffle(plans.begin(), plans.end(), engine);
    EXPECT_EQ(assemble_plan(plans), plan);
    EXPECT_EQ(digest(assemble_plan(plans)), digest(plan));
  }
}

}  // namespace
}  // namespace cr::reconcile
