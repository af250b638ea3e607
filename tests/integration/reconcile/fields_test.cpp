#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ages.h"

namespace cr::testing {
namespace {

using namespace std::chrono_literals;
using reconcile::CycleResult;
using reconcile::Reason;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Each declarable thing from spec file to server state, on each age of Coder.
class Fields : public ::testing::TestWithParam<standin::Age> {
 protected:
  Fields() : world_(GetParam()) {
    world_.server.with_state([](standin::State& state) {
      state.add_user("alice");
      state.add_template("docker");
    });
  }
  void add(standin::WorkspaceSeed seed) {
    seed.owner = "alice";
    seed.name = "dev";
    seed.template_name = "docker";
    world_.server.with_state([&](standin::State& state) { state.add_workspace(seed); });
  }
  /// The workspace is as declared, and another cycle writes nothing.
  void expect_fixpoint() {
    const auto report = world_.converge();
    EXPECT_EQ(world_.reason("alice", "dev"), Reason::InSync) << world_.status("alice", "dev").ready.message;
    world_.server.clear_requests();
    const auto next = world_.cycle();
    EXPECT_THAT(world_.server.writes(), IsEmpty());
    EXPECT_EQ(next->result, CycleResult::in_sync);
  }

  World world_;
};
CR_EVERY_AGE(Fields);

TEST_P(Fields, Create) {
  world_.declare(
      {a_document("alice", "dev",
                  {"autostart: CRON_TZ=Europe/Berlin 0 9 * * 1-5", "ttl: 8h", "automaticUpdates: always"})});
  const auto report = world_.cycle();
  EXPECT_EQ(report->plan.action_count(), 1U);
  const auto live = world_.live("alice", "dev");
  ASSERT_TRUE(live);
  EXPECT_EQ(live->schedule, "CRON_TZ=Europe/Berlin 0 9 * * 1-5");
  EXPECT_EQ(live->ttl_ms, 8 * 3'600'000);
  EXPECT_TRUE(live->always_update);
  expect_fixpoint();
}

TEST_P(Fields, WhatIsGivenAtCreationIsLeftToTheOwner) {
  world_.declare({a_document(
      "alice", "dev",
      {"autostart: 0 9 * * 1-5", "ttl: null", "automaticUpdates: always",
       "reconcilePolicy: {fields: {autostart: initial, ttl: initial, automaticUpdates: initial}}"})});
  world_.server.with_state([](standin::State& state) {
    state.edit_template("docker", [](standin::Template& of) { of.default_ttl_ms = 3'600'000; });
  });
  expect_fixpoint();
  EXPECT_EQ(world_.live("alice", "dev")->schedule, "0 9 * * 1-5");
  EXPECT_EQ(world_.live("alice", "dev")->ttl_ms, std::nullopt) << "what creation cannot set follows";
  world_.server.with_state([](standin::State& state) {
    state.set_autostart("alice", "dev", "0 6 * * *");
    state.set_ttl("alice", "dev", 7'200'000);
    state.set_always_update("alice", "dev", false);
  });
  expect_fixpoint();
  EXPECT_EQ(world_.live("alice", "dev")->schedule, "0 6 * * *");
}

TEST_P(Fields, WhatIsOnlyReportedIsShownAndNeverWritten) {
  standin::WorkspaceSeed seed;
  seed.schedule = "0 7 * * 1-5";
  add(seed);
  world_.declare(
      {a_document("alice", "dev",
                  {"autostart: 0 9 * * 1-5", "ttl: 8h", "reconcilePolicy: {fields: {autostart: report}}"})});
  world_.converge();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::Drifted);
  EXPECT_EQ(world_.live("alice", "dev")->schedule, "0 7 * * 1-5");
  EXPECT_EQ(world_.live("alice", "dev")->ttl_ms, 8 * 3'600'000) << "the others are kept as declared";
  world_.server.clear_requests();
  world_.cycle();
  EXPECT_THAT(world_.server.writes(), IsEmpty());
  world_.server.with_state([](standin::State& state) { state.set_autostart("alice", "dev", "0 9 * * 1-5"); });
  expect_fixpoint();
}

TEST_P(Fields, Autostart) {
  standin::WorkspaceSeed seed;
  seed.schedule = "0 7 * * 1-5";
  add(seed);
  world_.declare({a_document("alice", "dev", {"autostart: CRON_TZ=Europe/Berlin 0 9 * * 1-5"})});
  expect_fixpoint();
  EXPECT_EQ(world_.live("alice", "dev")->schedule, "CRON_TZ=Europe/Berlin 0 9 * * 1-5");
}

TEST_P(Fields, AutostartNone) {
  standin::WorkspaceSeed seed;
  seed.schedule = "0 7 * * 1-5";
  add(seed);
  world_.declare({a_document("alice", "dev", {"autostart: null"})});
  expect_fixpoint();
  EXPECT_EQ(world_.live("alice", "dev")->schedule, std::nullopt);
}

TEST_P(Fields, AutostartThatMeansTheSameIsNotWritten) {
  standin::WorkspaceSeed seed;
  seed.schedule = "CRON_TZ=Europe/Berlin 00 09 * * MON-FRI";
  add(seed);
  world_.declare({a_document("alice", "dev", {"autostart: CRON_TZ=Europe/Berlin 0 9 * * 1-5"})});
  (void)world_.cycle();
  EXPECT_THAT(world_.server.writes(), IsEmpty());
}

TEST_P(Fields, Ttl) {
  standin::WorkspaceSeed seed;
  seed.ttl_ms = 3'600'000;
  add(seed);
  world_.declare({a_document("alice", "dev", {"ttl: 8h"})});
  expect_fixpoint();
  EXPECT_EQ(world_.live("alice", "dev")->ttl_ms, 8 * 3'600'000);
}

TEST_P(Fields, TtlNone) {
  standin::WorkspaceSeed seed;
  seed.ttl_ms = 3'600'000;
  add(seed);
  world_.declare({a_document("alice", "dev", {"ttl: null"})});
  expect_fixpoint();
  EXPECT_EQ(world_.live("alice", "dev")->ttl_ms, std::nullopt);
}

TEST_P(Fields, AutomaticUpdates) {
  add({});
  world_.declare({a_document("alice", "dev", {"automaticUpdates: always"})});
  expect_fixpoint();
  EXPECT_TRUE(world_.live("alice", "dev")->always_update);
}

TEST_P(Fields, DormantStopsFirst) {
  add({});
  world_.declare({a_document("alice", "dev", {"dormant: true"})});
  expect_fixpoint();
  const auto live = world_.live("alice", "dev");
  EXPECT_TRUE(live->dormant);
  EXPECT_EQ(live->transition, standin::Transition::stop);
}

TEST_P(Fields, DormantWaitsForTheStopToEnd) {
  add({});
  standin::BuildPace pace;
  pace.kind = standin::BuildPace::Kind::by_hand;
  world_.server.with_state([&](standin::State& state) { state.set_build_pace(pace); });
  world_.declare({a_document("alice", "dev", {"dormant: true"})});
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::Stopping);
  const auto second = world_.cycle();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::Stopping);
  EXPECT_TRUE(second->waiting);
  EXPECT_FALSE(world_.live("alice", "dev")->dormant);
  EXPECT_THAT(world_.server.writes(), SizeIs(1)) << "one stop, and no second";
  world_.server.with_state([](standin::State& state) {
    state.start_builds();
    state.finish_builds();
  });
  expect_fixpoint();
  EXPECT_TRUE(world_.live("alice", "dev")->dormant);
}

TEST_P(Fields, DormantOff) {
  standin::WorkspaceSeed seed;
  seed.running = false;
  seed.dormant = true;
  add(seed);
  world_.declare({a_document("alice", "dev", {"dormant: false"})});
  expect_fixpoint();
  const auto live = world_.live("alice", "dev");
  EXPECT_FALSE(live->dormant);
  EXPECT_EQ(live->transition, standin::Transition::stop) << "waking starts nothing";
}

TEST_P(Fields, FieldsOfADormantWorkspaceNeedNoWaking) {
  standin::WorkspaceSeed seed;
  seed.running = false;
  seed.dormant = true;
  add(seed);
  world_.declare({a_document("alice", "dev", {"dormant: true", "ttl: 8h", "autostart: 0 9 * * *"})});
  expect_fixpoint();
  EXPECT_TRUE(world_.live("alice", "dev")->dormant);
  EXPECT_EQ(world_.live("alice", "dev")->ttl_ms, 8 * 3'600'000);
}

TEST_P(Fields, WhatTheSpecDoesNotNameIsNeverWritten) {
  standin::WorkspaceSeed seed;
  seed.schedule = "0 7 * * 1-5";
  seed.ttl_ms = 90'000'000;
  seed.always_update = true;
  add(seed);
  const auto before = world_.live("alice", "dev");
  world_.declare({a_document("alice", "dev")});
  expect_fixpoint();
  EXPECT_EQ(world_.live("alice", "dev"), before);
}

TEST_P(Fields, NoTtlUnderATemplateDefaultFollowsInTheSameCycle) {
  world_.server.with_state([](standin::State& state) {
    state.edit_template("docker", [](standin::Template& t) { t.default_ttl_ms = 3'600'000; });
  });
  world_.declare({a_document("alice", "dev", {"ttl: null"})});
  const auto report = world_.cycle();
  EXPECT_THAT(report->outcomes, SizeIs(2));
  EXPECT_EQ(world_.live("alice", "dev")->ttl_ms, std::nullopt);
  expect_fixpoint();
}

TEST_P(Fields, CreatedAndPutToSleep) {
  world_.declare({a_document("alice", "dev", {"dormant: true"})});
  expect_fixpoint();
  EXPECT_TRUE(world_.live("alice", "dev")->dormant);
  EXPECT_EQ(world_.live("alice", "dev")->transition, standin::Transition::stop);
}

TEST_P(Fields, AnOwnerMayBeGivenAsUuid) {
  const std::string id =
      world_.server.with_state([](standin::State& state) { return state.find_user("alice")->id; });
  world_.declare({a_document(id, "dev", {"ttl: 8h"})});
  (void)world_.converge();
  EXPECT_EQ(world_.reason(id, "dev"), Reason::InSync) << world_.status(id, "dev").ready.message;
  EXPECT_EQ(world_.live("alice", "dev")->ttl_ms, 8 * 3'600'000);
}

}  // namespace
}  // namespace cr::testing
