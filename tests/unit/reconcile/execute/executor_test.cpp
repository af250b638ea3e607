#include "reconcile/execute/executor.h"

#include "executor_fixture.h"
#include "tests/support/fields.h"

namespace cr::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(ExecutorTest, AnEmptyPlanSendsNothing) {
  const Executed executed = execute();
  EXPECT_THAT(executed.outcomes, IsEmpty());
  EXPECT_THAT(coder_.calls(), IsEmpty());
}

TEST_F(ExecutorTest, ActionsOfOneWorkspaceGoInOrder) {
  coder_.fleet = {a_live(1, "alice", "dev")};
  const WriteField updates = set_automatic_updates({"alice", "dev"}, a_workspace_id(1), false, true);
  const WriteField autostart = set_autostart({"alice", "dev"}, a_workspace_id(1), "", "0 9 * * *");
  plan({updates, autostart, ttl(1, "dev", 480), dormant(1, "dev", true)});
  const Executed executed = execute();
  EXPECT_THAT(coder_.calls(),
              ElementsAre("updates 1 always", "autostart 1 0 9 * * *", "ttl 1 480m", "dormant 1 true"));
  EXPECT_THAT(results(executed), ::testing::Each(ActionResult::success));
  EXPECT_EQ(listener_.heard, executed.outcomes);
}

TEST_F(ExecutorTest, EachWriteThatWasTakenIsKnownByTheRequestIdOfItsAnswer) {
  coder_.fleet = {a_live(1, "alice", "dev"), a_live(2, "alice", "web")};
  coder_.request_id = "0b68bb13";
  work_.build_slots = 9;
  plan({plan_for({ttl(1, "dev", 480), dormant(1, "dev", true)}), plan_for({stop(2, "web")}),
        plan_for({create("new")})});
  const Executed executed = execute();
  ASSERT_THAT(executed.outcomes, SizeIs(4));
  for (const Outcome& outcome : executed.outcomes) {
    EXPECT_EQ(outcome.result, ActionResult::success);
    EXPECT_EQ(outcome.request_id, "0b68bb13");
  }
}

TEST_F(ExecutorTest, AWriteWhoseAnswerWasLostHasNoRequestId) {
  coder_.request_id = "0b68bb13";
  coder_.fail("create", ApiFault::timeout, 1, /*after_effect=*/true);
  plan({create("dev")});
  const Executed executed = execute();
  ASSERT_THAT(executed.outcomes, SizeIs(1));
  EXPECT_EQ(executed.outcomes[0].result, ActionResult::success);
  EXPECT_EQ(executed.outcomes[0].request_id, "");
}

TEST_F(ExecutorTest, NeverMoreWorkspacesAtATimeThanAllowed) {
  std::vector<WorkspacePlan> plans;
  for (std::uint32_t i = 1; i <= 20; ++i) plans.push_back(plan_for({ttl(i, "w" + std::to_string(i), 60)}));
  plan(plans);
  work_.concurrency = 3;
  (void)execute();
  EXPECT_EQ(coder_.most_at_a_time(), 3U);
}

TEST_F(ExecutorTest, OutcomesComeInTheOrderOfThePlanWhateverEndsFirst) {
  plan({plan_for({ttl(1, "a", 60), ttl(1, "a", 61), ttl(1, "a", 62)}), plan_for({ttl(2, "b", 60)})});
  const Executed executed = execute();
  ASSERT_THAT(executed.outcomes, SizeIs(4));
  EXPECT_EQ(workspace_of(executed.outcomes[3].action).name, "b");
}

TEST_F(ExecutorTest, ACreateLooksByNameFirst) {
  plan({create("dev")});
  const Executed executed = execute();
  EXPECT_THAT(coder_.calls(), ElementsAre("name " + a_user_id(10).to_string() + "/dev", "create dev"));
  EXPECT_THAT(results(executed), ElementsAre(ActionResult::success));
  ASSERT_THAT(executed.seen, SizeIs(1));
  EXPECT_EQ(executed.seen[0].row.id, coder_.find("alice", "dev")->id) << "the id is learnt from the reply";
  EXPECT_EQ(executed.builds_started, 1U);
}

TEST_F(ExecutorTest, ACreateWhoseAbsenceIsProvenLooksNoMore) {
  plan({create("dev")});
  work_.proven_absent = {{"alice", "dev"}};
  (void)execute();
  EXPECT_THAT(coder_.calls(), ElementsAre("create dev"));
}

TEST_F(ExecutorTest, WhatIsThereAlreadyIsAdoptedAndCompared) {
  coder_.fleet = {a_live(1, "alice", "dev").owned_by(a_user_id(10))};
  plan({create("dev")});
  work_.follow_ups = [&](const Identity&, const LiveWorkspace& row, bool) {
    EXPECT_EQ(row.id, a_workspace_id(1));
    return std::vector<Action>{ttl(1, "dev", 480)};
  };
  const Executed executed = execute();
  EXPECT_EQ(coder_.count("create"), 0U);
  EXPECT_EQ(coder_.fleet[0].ttl, std::chrono::minutes(480));
  EXPECT_THAT(results(executed), ElementsAre(ActionResult::skipped, ActionResult::success));
  EXPECT_EQ(executed.outcomes[0].note, "already exists");
  EXPECT_FALSE(executed.outcomes[0].started) << "its build is somebody's";
}

TEST_F(ExecutorTest, WhatCreationCouldNotSetFollowsInTheSameCycle) {
  coder_.on_create = [](LiveWorkspace& row) { row.ttl = std::chrono::hours(8); };  // the template's default
  plan({create("dev")});
  work_.follow_ups = [](const Identity& who, const LiveWorkspace& row, bool) {
    EXPECT_TRUE(row.ttl);
    return std::vector<Action>{set_ttl(who, row.id, row.ttl, std::nullopt), set_dormant(who, row.id, true)};
  };
  (void)execute();
  EXPECT_EQ(coder_.find("alice", "dev")->ttl, std::nullopt);
  EXPECT_TRUE(coder_.find("alice", "dev")->dormant);
}

TEST_F(ExecutorTest, WithoutABuildSlotNothingIsStartedAndTheCycleWaits) {
  plan({plan_for({create("a")}), plan_for({create("b")}), plan_for({create("c")})});
  work_.build_slots = 2;
  const Executed executed = execute();
  EXPECT_EQ(coder_.count("create"), 2U);
  EXPECT_EQ(executed.waiting_for_slot, 1U);
  EXPECT_THAT(results(executed),
              ElementsAre(ActionResult::success, ActionResult::success, ActionResult::skipped));
}

TEST_F(ExecutorTest, WhoComesFirstGetsTheSlotAlthoughItsLookTakesLonger) {
  plan({plan_for({create("a")}), plan_for({create("b")}), plan_for({create("c")})});
  work_.proven_absent = {{"alice", "a"}, {"alice", "c"}};  // these are sent at once, b is looked for
  work_.order = {1, 0, 2};
  work_.build_slots = 1;
  const Executed executed = execute();
  EXPECT_THAT(coder_.writes(), ElementsAre("create b"));
  EXPECT_THAT(results(executed),
              ElementsAre(ActionResult::skipped, ActionResult::success, ActionResult::skipped))
      << "outcomes stay in the plan's order";
  EXPECT_THAT(executed.passed_over, ElementsAre(Identity{"alice", "a"}, Identity{"alice", "c"}));
}

TEST_F(ExecutorTest, ASlotThatIsNotNeededGoesToWhoeverAsksNext) {
  coder_.fleet = {a_live(1, "alice", "a").owned_by(a_user_id(10))};  // found by the look: nothing to build
  plan({plan_for({create("a")}), plan_for({create("b")})});
  work_.build_slots = 1;
  work_.concurrency = 1;
  const Executed executed = execute();
  EXPECT_THAT(coder_.writes(), ElementsAre("create b"));
  EXPECT_THAT(executed.passed_over, IsEmpty());
}

TEST_F(ExecutorTest, StopsAndRetriesTakeBuildSlotsToo) {
  coder_.fleet = {a_live(1, "alice", "a").running(), a_live(2, "alice", "b")};
  RetryFirstBuild retry{{"alice", "b"}, a_workspace_id(2), 1};
  plan({plan_for({stop(1, "a")}), plan_for({retry})});
  work_.build_slots = 1;
  const Executed executed = execute();
  EXPECT_EQ(coder_.count("build "), 1U);
  EXPECT_EQ(executed.builds_started, 1U);
  EXPECT_EQ(executed.waiting_for_slot, 1U);
  ASSERT_TRUE(executed.outcomes[0].started) << "the build that it is, for whoever waits for its end";
  EXPECT_EQ(executed.outcomes[0].started->id, coder_.fleet[0].build.id);
  EXPECT_EQ(executed.outcomes[0].started->transition, reconcile::Transition::stop);
  EXPECT_FALSE(executed.outcomes[1].started);
}

TEST_F(ExecutorTest, ARefusedCreateGivesItsSlotBack) {
  plan({plan_for({create("a")}), plan_for({create("b")})});
  work_.build_slots = 1;
  work_.concurrency = 1;
  coder_.fail("create a", ApiFault::rejected);
  (void)execute();
  EXPECT_EQ(coder_.count("create b"), 1U);
}

TEST_F(ExecutorTest, FieldWritesNeedNoSlot) {
  coder_.fleet = {a_live(1, "alice", "dev")};
  plan({ttl(1, "dev", 480)});
  work_.build_slots = 0;
  EXPECT_THAT(results(execute()), ElementsAre(ActionResult::success));
}

TEST_F(ExecutorTest, DormantAlreadyIsSuccess) {
  coder_.fleet = {a_live(1, "alice", "dev").dormant()};
  plan({dormant(1, "dev", true)});
  const Executed executed = execute();
  EXPECT_THAT(results(executed), ElementsAre(ActionResult::success));
  EXPECT_EQ(executed.outcomes[0].note, "already set");
}

TEST_F(ExecutorTest, ADormancyReplyIsHandedBackToBeCompared) {
  coder_.fleet = {a_live(1, "alice", "dev")};
  plan({dormant(1, "dev", true)});
  const Executed executed = execute();
  ASSERT_THAT(executed.seen, SizeIs(1));
  EXPECT_TRUE(executed.seen[0].row.dormant);
}

}  // namespace
}  // namespace cr::testing
