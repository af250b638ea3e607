#include <fmt/format.h>
#include <gmock/gmock.h>

#include "fate.h"
#include "reconcile/report/render.h"

/// What becomes of a workspace that nobody uses.
namespace cr::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

reconcile::Limits that_retain() {
  reconcile::Limits limits = World::generous();
  limits.allow_retain = true;
  return limits;
}

class Retained : public TimeAndFate {
 protected:
  explicit Retained(reconcile::Limits limits = that_retain()) : TimeAndFate(limits) {}
  void make_dormant_after(std::chrono::milliseconds threshold) {
    edit([&](standin::State& state) {
      state.edit_template("docker", [&](standin::Template& t) { t.time_til_dormant_ms = threshold.count(); });
    });
  }
  [[nodiscard]] std::string retain() const {
    return fmt::format("retain: {{until: \"{}\", reason: leave}}", in(24h * 60));
  }
};
CR_EVERY_AGE(Retained);

TEST_P(Retained, WhatIsRetainedIsUsedOnceAtHalfOfTheThreshold) {
  add("leave");
  make_dormant_after(24h * 10);
  world_.declare({a_document("alice", "leave", {retain()})});
  std::size_t uses = 0;
  for (int day = 0; day < 40; ++day) {
    pass(24h);
    world_.server.clear_requests();
    (void)world_.cycle();
    (void)world_.cycle();
    for (const std::string& call : calls()) {
      EXPECT_EQ(call, "POST usage");
      ++uses;
    }
    EXPECT_LE(calls().size(), 1U) << "at most one a day";
    EXPECT_EQ(world_.reason("alice", "leave"), Reason::InSync) << day << message("leave");
    EXPECT_LT(world_.now() - std::chrono::floor<std::chrono::seconds>(row("leave").last_used_at), 24h * 7);
  }
  EXPECT_LE(uses, 8U);
  EXPECT_GE(uses, 5U);
}

TEST_P(Retained, AUseThatCoderNotesLateIsNotRecordedTwice) {
  add("leave");
  edit([](standin::State& state) { state.set_usage_delay(1min); });
  make_dormant_after(24h * 10);
  world_.declare({a_document("alice", "leave", {retain()})});
  pass(24h * 6);
  for (int i = 0; i < 5; ++i) {
    (void)world_.cycle();
    EXPECT_EQ(world_.reason("alice", "leave"), Reason::InSync) << message("leave");
    pass(20s);
  }
  EXPECT_THAT(calls(), ElementsAre("POST usage"));
}

TEST_P(Retained, WhatIsAsleepAndWouldBeDeletedIsWokenOnce) {
  standin::WorkspaceSeed asleep;
  asleep.dormant = true;
  asleep.running = false;
  add("leave", asleep);
  add("safe", asleep);
  edit_live("leave", [&](standin::Workspace& live) { live.deleting_at = world_.now() + 48h; });
  edit_live("safe", [&](standin::Workspace& live) { live.deleting_at = world_.now() + 24h * 90; });
  make_dormant_after(24h * 10);
  world_.declare({a_document("alice", "leave", {retain()}), a_document("alice", "safe", {retain()})});
  const auto planned = world_.plan_beside();
  EXPECT_THAT(reconcile::render_plan_text(*planned, {}), HasSubstr("woken"));
  (void)world_.cycle();
  EXPECT_THAT(calls(), ElementsAre("PUT dormant"));
  EXPECT_FALSE(world_.live("alice", "leave")->dormant);
  EXPECT_TRUE(world_.live("alice", "safe")->dormant) << "nothing is lost: it sleeps on";
  edit([](standin::State& state) { state.set_dormant("alice", "leave", true); });
  edit_live("leave", [&](standin::Workspace& live) { live.deleting_at = world_.now() + 48h; });
  world_.server.clear_requests();
  pass(1h);
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty()) << "woken once";
}

TEST_P(Retained, WhatSleepsIsWokenThoughItsTemplatePutsNothingToSleep) {
  standin::WorkspaceSeed asleep;
  asleep.dormant = true;
  asleep.running = false;
  add("leave", asleep);
  edit_live("leave", [&](standin::Workspace& live) { live.deleting_at = world_.now() + 48h; });
  world_.declare({a_document("alice", "leave", {retain()})});
  (void)world_.cycle();
  EXPECT_FALSE(world_.live("alice", "leave")->dormant);
}

TEST_P(Retained, AUseThatWasRecordedTodayKeepsNobodyFromBeingWoken) {
  add("leave");
  make_dormant_after(24h * 10);
  world_.declare({a_document("alice", "leave", {retain()})});
  pass(24h * 6);
  (void)world_.cycle();
  EXPECT_THAT(calls(), ElementsAre("POST usage"));
  pass(1h);
  edit([](standin::State& state) { state.set_dormant("alice", "leave", true); });
  edit_live("leave", [&](standin::Workspace& live) { live.deleting_at = world_.now() + 12h; });
  (void)world_.cycle();
  EXPECT_FALSE(world_.live("alice", "leave")->dormant);
}

class WithoutLeave : public Retained {
 protected:
  WithoutLeave() : Retained(World::generous()) {}
};
CR_OLDEST_AND_NEWEST(WithoutLeave);

TEST_P(WithoutLeave, RetainTakesAFlag) {
  add("leave");
  make_dormant_after(24h * 10);
  world_.declare({a_document("alice", "leave", {retain()})});
  pass(24h * 6);
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty());
  EXPECT_EQ(world_.reason("alice", "leave"), Reason::InSync);
  EXPECT_THAT(remark("leave", Remark::Ineffective), HasSubstr("retain is not kept"));
}

}  // namespace
}  // namespace cr::testing
