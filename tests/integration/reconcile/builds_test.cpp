#include <gmock/gmock.h>

#include "ages.h"

/// Builds that we start: how many, what becomes of them, and what the guard says.
namespace cr::testing {
namespace {

using namespace std::chrono_literals;
using reconcile::CycleResult;
using reconcile::Reason;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

reconcile::Limits five_builds() {
  reconcile::Limits limits;
  limits.max_builds = 5;
  limits.idle_before_stop = 0s;
  return limits;
}

class Builds : public WithAge {
 protected:
  Builds() : WithAge(five_builds()) {}
  static std::vector<std::string> documents(int count) {
    std::vector<std::string> all;
    for (int i = 0; i < count; ++i) all.push_back(a_document("alice", "w" + std::to_string(100 + i)));
    return all;
  }
  std::size_t builds_of(std::string_view name) {
    std::size_t count = 0;
    edit([&](standin::State& state) { count = state.find_workspace("alice", name)->builds.size(); });
    return count;
  }
  void by_hand() {
    standin::BuildPace pace;
    pace.kind = standin::BuildPace::Kind::by_hand;
    edit([&](standin::State& state) { state.set_build_pace(pace); });
  }
};
CR_EVERY_AGE(Builds);

TEST_P(Builds, NoMoreAreInFlightThanAllowed) {
  by_hand();
  world_.declare(documents(8));
  auto report = world_.cycle();
  EXPECT_EQ(world_.fleet().size(), 5U);
  EXPECT_TRUE(report->waiting);
  EXPECT_TRUE(report->look_again_in);
  (void)world_.cycle();
  EXPECT_EQ(world_.fleet().size(), 5U) << "those of the first cycle are still under way";
  edit([](standin::State& state) {
    state.start_builds();
    state.finish_builds();
  });
  (void)world_.cycle();
  EXPECT_EQ(world_.fleet().size(), 8U);
}

TEST_P(Builds, UntilTheFirstBuildHasEndedItIsCreating) {
  by_hand();
  world_.declare(documents(1));
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "w100"), Reason::Creating);
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "w100"), Reason::Creating);
  edit([](standin::State& state) {
    state.start_builds();
    state.finish_builds();
  });
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "w100"), Reason::InSync);
}

TEST_P(Builds, EachOfOursIsSeenToEndOnceHoweverSoonItDoes) {
  add("dev");
  world_.declare({a_document("alice", "dev", {"dormant: true"}), a_document("alice", "w100")});
  (void)world_.cycle();
  (void)world_.converge();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::InSync) << message("dev");
  EXPECT_EQ(world_.builds_ended(), 2U) << "the create's and the stop that dormancy waits for";
  (void)world_.cycle();
  EXPECT_EQ(world_.builds_ended(), 2U);
}

TEST_P(Builds, WhatAPersonStartsWithOurUserIsNotOurs) {
  add("dev");
  world_.declare({a_document("alice", "dev")});
  (void)world_.cycle();
  by_hand();
  edit([](standin::State& state) {
    const std::string id = state.find_workspace("alice", "dev")->id;
    standin::Build build;
    build.transition = standin::Transition::stop;
    build.version_id = state.find_workspace("alice", "dev")->latest().version_id;
    build.initiator_id = state.find_user("admin")->id;
    // An older Coder is not told by what client.
    if (state.since(standin::Age::v2_29)) build.reason = "dashboard";
    state.queue_build(*state.fleet().by_id(id), std::move(build));
  });
  (void)world_.cycle();
  edit([](standin::State& state) {
    state.start_builds();
    state.finish_builds();
  });
  (void)world_.cycle();
  EXPECT_EQ(world_.builds_ended(), GetParam() < standin::Age::v2_29 ? 1U : 0U);
}

TEST_P(Builds, AFirstBuildThatFailsIsRetriedThreeTimesAndThenLeftAlone) {
  edit([](standin::State& state) {
    state.edit_template("docker", [](standin::Template& t) { t.builds_fail = true; });
  });
  world_.declare(documents(1));
  for (int i = 0; i < 10; ++i) {
    (void)world_.cycle();
    world_.advance(10min);
  }
  EXPECT_EQ(world_.reason("alice", "w100"), Reason::BuildFailed) << message("w100");
  EXPECT_EQ(builds_of("w100"), 4U);
  world_.restart();
  (void)world_.cycle();
  EXPECT_EQ(builds_of("w100"), 4U) << "a restart forgets nothing that Coder knows";
}

TEST_P(Builds, AFirstBuildThatFailsOnceIsRetriedAndEndsInSync) {
  edit([](standin::State& state) { state.fail_next_builds(1); });
  world_.declare(documents(1));
  (void)world_.converge();
  EXPECT_EQ(world_.reason("alice", "w100"), Reason::InSync) << message("w100");
  EXPECT_EQ(builds_of("w100"), 2U);
}

TEST_P(Builds, WithoutAProvisionerTheConditionSaysSo) {
  edit([](standin::State& state) { state.set_without_provisioners(true); });
  world_.declare(documents(1));
  (void)world_.cycle();
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "w100"), Reason::Creating);
  EXPECT_THAT(message("w100"), HasSubstr("provisioner"));
}

TEST_P(Builds, APlanOverTheLimitIsHeldAsAWhole) {
  world_.declare(documents(20));
  for (int i = 0; i < 3; ++i) {
    const auto report = world_.cycle();
    EXPECT_EQ(report->result, CycleResult::held);
    EXPECT_THAT(report->verdict.message, HasSubstr(report->verdict.digest));
  }
  EXPECT_EQ(world_.reason("alice", "w100"), Reason::Held);
  EXPECT_THAT(world_.server.writes(), IsEmpty());
}

TEST_P(Builds, AnApprovedPlanGoesThroughAllItsCycles) {
  world_.declare(documents(20));
  const auto held = world_.cycle();
  world_.reconciler().approve(held->verdict.digest);
  const auto first = world_.cycle();
  EXPECT_TRUE(first->verdict.approved);
  EXPECT_EQ(world_.fleet().size(), 5U);
  for (int i = 0; i < 8; ++i) (void)world_.cycle();
  EXPECT_EQ(world_.fleet().size(), 20U)
      << "fifteen were left, more than the limit, and approved all the same";
}

TEST_P(Builds, AnotherDigestApprovesNothing) {
  world_.declare(documents(20));
  (void)world_.cycle();
  world_.reconciler().approve("0123456789abcdef");
  EXPECT_EQ(world_.cycle()->result, CycleResult::held);
  EXPECT_THAT(world_.server.writes(), IsEmpty());
}

TEST_P(Builds, PlanModeCannotWrite) {
  World planner(GetParam(), World::generous(), World::Mode::plan);
  planner.server.with_state([](standin::State& state) {
    state.add_user("alice");
    standin::WorkspaceSeed seed;
    seed.owner = "alice";
    seed.name = "there";
    seed.template_name = "docker";
    state.add_workspace(seed);
  });
  planner.declare(
      {a_document("alice", "absent"), a_document("alice", "there", {"ttl: 8h", "dormant: true"})});
  const auto report = planner.cycle();
  EXPECT_EQ(report->plan.workspaces.size(), 2U);
  EXPECT_THAT(report->outcomes, IsEmpty());
  EXPECT_THAT(planner.server.writes(), IsEmpty());
}

}  // namespace
}  // namespace cr::testing
