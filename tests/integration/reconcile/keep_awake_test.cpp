#include <fmt/format.h>
#include <gmock/gmock.h>

#include "fate.h"

/// How long a workspace is kept from its stop.
namespace cr::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class KeptAwake : public TimeAndFate {
 protected:
  /// A running workspace that Coder stops that far ahead.
  void running(const std::string& name, std::chrono::seconds stops_in,
               std::optional<std::chrono::seconds> limit = std::nullopt) {
    add(name);
    edit_live(name, [&](standin::Workspace& live) {
      live.latest().deadline = world_.now() + stops_in;
      if (limit) live.latest().max_deadline = world_.now() + *limit;
    });
  }
  [[nodiscard]] std::chrono::seconds stops_in(const std::string& name) {
    return std::chrono::floor<std::chrono::seconds>(*row(name).latest().deadline) - world_.now();
  }
  [[nodiscard]] std::string keep_awake(std::chrono::seconds until, std::string_view more = {}) const {
    return fmt::format("keepAwake: [{{until: \"{}\", reason: training{}}}]", in(until), more);
  }
};
CR_EVERY_AGE(KeptAwake);

TEST_P(KeptAwake, WhatIsKeptAwakeStaysTwoHoursAwayFromItsStopInPiecesOfFour) {
  running("train", 30min);
  world_.declare({a_document("alice", "train", {keep_awake(72h)})});
  (void)world_.cycle();
  EXPECT_THAT(calls(), ElementsAre("PUT extend"));
  EXPECT_EQ(stops_in("train"), 4h);
  EXPECT_EQ(world_.reason("alice", "train"), Reason::InSync);

  world_.server.clear_requests();
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty()) << "a floor is kept until it is reached again";
  pass(1h);
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty());
  int extended = 0;
  for (int i = 0; i < 20; ++i) {
    pass(30min);
    world_.server.clear_requests();
    (void)world_.cycle();
    extended += static_cast<int>(calls().size());
    EXPECT_GE(stops_in("train"), 2h) << i;
    EXPECT_EQ(world_.reason("alice", "train"), Reason::InSync) << i << ": time itself contests nothing";
  }
  EXPECT_LE(extended, 6);
}

TEST_P(KeptAwake, AWindowIsKeptToItsEndAndNoLonger) {
  running("train", 10min);
  world_.declare({a_document("alice", "train", {keep_awake(90min)})});
  (void)world_.cycle();
  EXPECT_EQ(stops_in("train"), 90min);
  world_.server.clear_requests();
  for (int i = 0; i < 10; ++i) {
    pass(10min);
    (void)world_.cycle();
  }
  EXPECT_THAT(calls(), IsEmpty());
  EXPECT_EQ(stops_in("train"), -10min);
  EXPECT_THAT(remarks("train"), Contains(Remark::ExceptionOver));
}

TEST_P(KeptAwake, AnEndThatIsNearerThanCoderTakesIsPassedByAFewMinutes) {
  running("train", 5min);
  world_.declare({a_document("alice", "train", {keep_awake(20min)})});
  (void)world_.cycle();
  EXPECT_EQ(calls().size(), 1U);
  EXPECT_EQ(world_.reason("alice", "train"), Reason::InSync) << message("train");
  EXPECT_GE(stops_in("train"), 20min);
  EXPECT_LE(stops_in("train"), 31min);
}

TEST_P(KeptAwake, KeepingAwakeNeverShortensNeverStartsAndAsksNothingWhereThereIsNoDeadline) {
  running("long", 10h);
  running("endless", 1h);
  edit_live("endless", [](standin::Workspace& live) { live.latest().deadline.reset(); });
  standin::WorkspaceSeed stopped;
  stopped.running = false;
  add("stopped", stopped);
  standin::WorkspaceSeed failed;
  failed.failed = true;
  add("failed", failed);
  std::vector<std::string> documents;
  for (const char* name : {"long", "endless", "stopped", "failed"})
    documents.push_back(a_document("alice", name, {keep_awake(72h)}));
  world_.declare(documents);
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty());
  for (const char* name : {"long", "endless", "stopped"})
    EXPECT_EQ(world_.reason("alice", name), Reason::InSync);
}

TEST_P(KeptAwake, AWindowThatHasNotBegunMovesNothing) {
  running("train", 10min);
  world_.declare({a_document(
      "alice", "train",
      {fmt::format("keepAwake: [{{from: \"{}\", until: \"{}\", reason: later}}]", in(1h), in(5h))})});
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty());
}

TEST_P(KeptAwake, OfWindowsThatOverlapTheLaterEndCounts) {
  running("train", 10min);
  world_.declare(
      {a_document("alice", "train",
                  {fmt::format("keepAwake: [{{until: \"{}\", reason: a}}, {{until: \"{}\", reason: b}}]",
                               in(40min), in(3h))})});
  (void)world_.cycle();
  EXPECT_EQ(stops_in("train"), 3h);
}

TEST_P(KeptAwake, TheTemplatesLimitCutsAndThatIsSaid) {
  running("train", 10min, 50min);
  world_.declare({a_document("alice", "train", {keep_awake(8h)})});
  (void)world_.cycle();
  EXPECT_EQ(stops_in("train"), 50min);
  EXPECT_EQ(world_.reason("alice", "train"), Reason::InSync);
  EXPECT_THAT(remarks("train"), Contains(Remark::StopsEarlier));
  world_.server.clear_requests();
  for (int i = 0; i < 8; ++i) {
    pass(5min);
    (void)world_.cycle();
  }
  EXPECT_THAT(calls(), IsEmpty()) << "nothing is asked that Coder must refuse";
  EXPECT_EQ(world_.reason("alice", "train"), Reason::InSync);
}

TEST_P(KeptAwake, WhenSomebodyMovesTheStopNearerItIsMovedAwayAgain) {
  running("train", 10min);
  world_.declare({a_document("alice", "train", {keep_awake(72h)})});
  (void)world_.cycle();
  edit_live("train", [&](standin::Workspace& live) { live.latest().deadline = world_.now() + 35min; });
  (void)world_.cycle();
  EXPECT_EQ(stops_in("train"), 4h);
  edit([](standin::State& state) { state.set_running("alice", "train", false); });
  world_.server.clear_requests();
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty()) << "stopping it is the owner's right: nothing is started";
}

TEST_P(KeptAwake, CodersClockCountsAndNotOurs) {
  running("train", 10min);
  const std::string until = in(3h);
  world_.declare(
      {a_document("alice", "train", {fmt::format("keepAwake: [{{until: \"{}\", reason: x}}]", until)})});
  world_.jump(-2h);  // ours is slow: by it, the stop is two hours further away
  (void)world_.cycle();
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "train"), Reason::InSync) << message("train");
  EXPECT_THAT(calls(), ElementsAre("PUT extend"));
}

TEST_P(KeptAwake, AnEndThatIsTooFarAheadLeavesThatWorkspaceAloneAndNoOther) {
  running("train", 10min);
  running("other", 10min);
  world_.declare({a_document("alice", "train", {"ttl: 4h", keep_awake(24h * 31)}),
                  a_document("alice", "other", {"ttl: 4h"})});
  (void)world_.cycle();
  EXPECT_EQ(world_.reason("alice", "train"), Reason::Rejected);
  EXPECT_THAT(message("train"), AllOf(HasSubstr("spec.keepAwake[0].until"), HasSubstr("30 days")));
  EXPECT_EQ(row("train").ttl_ms, std::nullopt);
  EXPECT_EQ(world_.reason("alice", "other"), Reason::InSync);
}

TEST_P(KeptAwake, APlansDigestStaysTheSameWhileItsDeadlinesMove) {
  running("train", 10min);
  world_.declare({a_document("alice", "train", {keep_awake(72h)})});
  const std::string before = reconcile::digest(world_.plan_beside()->plan);
  pass(5min);
  EXPECT_EQ(reconcile::digest(world_.plan_beside()->plan), before);
}

}  // namespace
}  // namespace cr::testing
