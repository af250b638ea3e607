#include <gmock/gmock.h>

#include "ages.h"

/// Who a name means, and what is known of a workspace that cannot be read.
namespace cr::testing {
namespace {

using namespace std::chrono_literals;
using reconcile::Reason;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::int64_t kHour = 3'600'000;

class Owners : public WithAge {
 protected:
  /// alice is alice2 from now on, and somebody else is alice.
  void hand_over_the_name() {
    edit([](standin::State& state) {
      state.edit_user("alice", [](standin::User& user) { user.username = "alice2"; });
      state.add_user("alice");
    });
    world_.server.clear_requests();
  }
};
CR_EVERY_AGE(Owners);

TEST_P(Owners, AStrangerWhoTakesTheNameGetsNoWorkspace) {
  add("dev");
  world_.declare({a_document("alice", "dev", {"ttl: 8h"})});
  (void)world_.cycle();
  ASSERT_EQ(world_.reason("alice", "dev"), Reason::InSync);
  hand_over_the_name();
  for (int i = 0; i < 3; ++i) (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::OwnerChanged) << message("dev");
  EXPECT_THAT(message("dev"), HasSubstr("a different user"));
  EXPECT_THAT(world_.server.writes(), IsEmpty());
  EXPECT_THAT(world_.fleet(), SizeIs(1));
}

TEST_P(Owners, WhatAStrangerHasUnderTheNameIsNotChanged) {
  add("dev");
  world_.declare({a_document("alice", "dev", {"ttl: 8h"})});
  (void)world_.cycle();
  hand_over_the_name();
  add("dev");
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::OwnerChanged);
  EXPECT_THAT(world_.server.writes(), IsEmpty());
  EXPECT_EQ(world_.live("alice", "dev")->ttl_ms, std::nullopt);
}

TEST_P(Owners, AnotherWorkspaceThatIsDeclaredForTheNameLaterIsNotMadeEither) {
  add("dev");
  world_.declare({a_document("alice", "dev")});
  (void)world_.cycle();
  hand_over_the_name();
  world_.declare({a_document("alice", "dev"), a_document("alice", "later")});
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "later"), Reason::OwnerChanged);
  EXPECT_THAT(world_.server.writes(), IsEmpty());
}

TEST_P(Owners, AUserWhoWasOnlyLookedUpForACreateIsRememberedToo) {
  world_.declare({a_document("alice", "dev")});
  (void)world_.cycle();
  ASSERT_THAT(world_.fleet(), SizeIs(1));
  hand_over_the_name();
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::OwnerChanged);
  EXPECT_THAT(world_.server.writes(), IsEmpty());
}

TEST_P(Owners, ARestartTakesTheNewOneAndAUuidNeverChanges) {
  add("dev");
  const std::string id =
      world_.server.with_state([](standin::State& state) { return state.find_user("alice")->id; });
  world_.declare({a_document("alice", "dev"), a_document(id, "own")});
  (void)world_.converge();
  hand_over_the_name();
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::OwnerChanged);
  EXPECT_EQ(world_.reason(id, "own"), Reason::InSync);
  world_.restart();
  (void)world_.converge();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::InSync);
  EXPECT_EQ(world_.reason(id, "own"), Reason::InSync);
}

TEST_P(Owners, ANameThatGoesBackIsFineAgain) {
  add("dev");
  world_.declare({a_document("alice", "dev")});
  (void)world_.cycle();
  hand_over_the_name();
  (void)world_.cycle();
  ASSERT_EQ(world_.reason("alice", "dev"), Reason::OwnerChanged);
  edit([](standin::State& state) {
    state.edit_user("alice", [](standin::User& user) { user.username = "stranger"; });
    state.edit_user("alice2", [](standin::User& user) { user.username = "alice"; });
  });
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "dev"), Reason::InSync) << message("dev");
}

class LastKnown : public WithAge {
 protected:
  LastKnown() {
    standin::WorkspaceSeed seed;
    seed.ttl_ms = kHour;
    add("dev", seed);
    world_.declare({a_document("alice", "dev", {"ttl: 8h", "reconcilePolicy: {update: false}"})});
    first_ = world_.cycle();
    EXPECT_EQ(world_.reason("alice", "dev"), Reason::Drifted);
  }
  [[nodiscard]] const reconcile::WorkspaceStatus& dev() const { return world_.status("alice", "dev"); }

  reconcile::ReportPtr first_;
};
CR_EVERY_AGE(LastKnown);

TEST_P(LastKnown, StandsWithItsAgeThroughAnOutage) {
  const auto before = dev();
  EXPECT_FALSE(before.known_since);
  world_.server.stop_listening();
  for (int i = 0; i < 2; ++i) {
    world_.advance(1min);
    (void)world_.cycle();
    EXPECT_EQ(dev().ready.reason, Reason::Unreachable);
    EXPECT_EQ(dev().id, before.id);
    EXPECT_EQ(dev().drift, before.drift);
    EXPECT_EQ(dev().remarks, before.remarks);
    EXPECT_EQ(dev().known_since, first_->started);
  }
  world_.server.start_listening();
  (void)world_.cycle();
  EXPECT_EQ(dev().ready.reason, Reason::Drifted);
  EXPECT_FALSE(dev().known_since);
}

TEST_P(LastKnown, HasNoDriftOfADeclarationThatNobodyCompared) {
  world_.server.stop_listening();
  world_.declare({a_document("alice", "dev", {"ttl: 9h", "reconcilePolicy: {update: false}"})});
  (void)world_.cycle();
  EXPECT_TRUE(dev().id);
  EXPECT_THAT(dev().drift, IsEmpty());
}

TEST_P(LastKnown, OfAWorkspaceThatWasNeverReadThereIsNothing) {
  world_.server.stop_listening();
  world_.restart();
  (void)world_.cycle();
  EXPECT_FALSE(dev().id);
  EXPECT_FALSE(dev().known_since);
}

TEST_P(LastKnown, IsInSyncWhereDriftWasRepairedInTheCycleBefore) {
  world_.declare({a_document("alice", "dev", {"ttl: 8h"})});
  (void)world_.cycle();
  ASSERT_EQ(dev().ready.reason, Reason::InSync);
  world_.server.stop_listening();
  (void)world_.cycle();
  EXPECT_TRUE(dev().known_since);
  EXPECT_THAT(dev().drift, IsEmpty());
}

}  // namespace
}  // namespace cr::testing
