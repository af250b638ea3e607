#include <stdexcept>

#include "executor_fixture.h"
#include "tests/support/fields.h"

namespace cr::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST_F(ExecutorTest, AFailedActionSkipsTheRestOfItsWorkspaceAndDelaysNoOther) {
  coder_.fleet = {a_live(1, "alice", "a"), a_live(2, "alice", "b")};
  plan({plan_for({ttl(1, "a", 60), dormant(1, "a", true)}), plan_for({ttl(2, "b", 60)})});
  coder_.fail("ttl 1 ", ApiFault::rejected);
  const Executed executed = execute();
  EXPECT_THAT(results(executed),
              ElementsAre(ActionResult::failed, ActionResult::skipped, ActionResult::success));
  EXPECT_FALSE(coder_.fleet[0].dormant);
}

/// An answer to a create that may have been given after it was done.
class LostAnswer : public ExecutorTest, public ::testing::WithParamInterface<ApiFault> {};
INSTANTIATE_TEST_SUITE_P(Faults, LostAnswer,
                         ::testing::Values(ApiFault::timeout, ApiFault::unreachable, ApiFault::server,
                                           ApiFault::contract),
                         [](const auto& fault) { return std::string(coder::to_string(fault.param)); });

TEST_P(LostAnswer, OfACreateThatWasDoneIsFoundByNameAndNotSentAgain) {
  plan({create("dev")});
  coder_.fail("create", GetParam(), 1, true);
  work_.follow_ups = [&](const Identity& who, const LiveWorkspace& row, bool) {
    return std::vector<Action>{set_ttl(who, row.id, row.ttl, std::chrono::minutes(60))};
  };
  const Executed executed = execute();
  EXPECT_EQ(coder_.count("create"), 1U);
  EXPECT_THAT(results(executed), ElementsAre(ActionResult::success, ActionResult::success));
  EXPECT_EQ(executed.outcomes[0].note, "the response was lost, but the workspace exists");
  EXPECT_TRUE(executed.outcomes[0].started);
  EXPECT_EQ(coder_.find("alice", "dev")->ttl, std::chrono::minutes(60));
}

TEST_P(LostAnswer, OfACreateThatWasNotDoneIsSentAgainOnlyAfterALook) {
  plan({create("dev")});
  coder_.fail("create", GetParam(), 100);
  const Executed executed = execute();
  ASSERT_THAT(results(executed), ElementsAre(ActionResult::failed));
  EXPECT_EQ(executed.outcomes[0].error->fault, GetParam());
  // What is not Coder's answer at all will not be in a second either.
  const std::size_t tries = GetParam() == ApiFault::contract ? 1 : 3;
  EXPECT_EQ(coder_.count("create"), tries);
  EXPECT_EQ(coder_.count("name "), 1 + tries);
  EXPECT_EQ(clock_.slept.size(), tries - 1) << "with a pause before each further try";
}

TEST_F(ExecutorTest, ACreateThatFailedInPassingSucceedsInTheSameExecution) {
  plan({create("dev")});
  coder_.fail("create", ApiFault::server);
  const Executed executed = execute();
  EXPECT_THAT(results(executed), ElementsAre(ActionResult::success));
  EXPECT_THAT(coder_.calls(),
              ElementsAre(StartsWith("name "), "create dev", StartsWith("name "), "create dev"));
}

TEST_F(ExecutorTest, WhatCoderWantsToBeLeftAloneForIsLeftToALaterCycle) {
  plan({create("dev")});
  ApiError error(ApiFault::server, "restarting");
  error.retry_after = std::chrono::seconds(60);
  coder_.fail("create", error);
  EXPECT_THAT(results(execute()), ElementsAre(ActionResult::failed));
  EXPECT_THAT(clock_.slept, IsEmpty());
}

TEST_F(ExecutorTest, ASickCoderGetsFewRepeatsHoweverMuchThereIsToDo) {
  std::vector<WorkspacePlan> plans;
  for (int i = 0; i < 30; ++i) plans.push_back(plan_for({create("w" + std::to_string(100 + i))}));
  plan(plans);
  work_.build_slots = 30;
  coder_.fail("create", ApiFault::server, 1000);
  (void)execute();
  EXPECT_EQ(coder_.count("create"), 30U + 10U);
}

class LostBuild : public ExecutorTest {
 protected:
  LostBuild() {
    coder_.fleet = {a_live(1, "alice", "dev").running()};
    plan({stop(1, "dev")});
    work_.latest_build = [build = coder_.fleet[0].build.id](const Identity&) { return std::optional(build); };
  }
};

TEST_F(LostBuild, ThatWasQueuedIsSeenAndNotAskedForAgain) {
  coder_.fail("build ", ApiFault::timeout, 1, true);
  const Executed executed = execute();
  EXPECT_EQ(coder_.count("build "), 1U);
  EXPECT_THAT(results(executed), ElementsAre(ActionResult::success));
  EXPECT_EQ(executed.outcomes[0].note, "the response was lost, but the build exists");
  ASSERT_TRUE(executed.outcomes[0].started);
  EXPECT_EQ(executed.outcomes[0].started->id, coder_.fleet[0].build.id);
  EXPECT_EQ(executed.builds_started, 1U);
}

TEST_F(LostBuild, ThatWasNotQueuedIsAskedForAgainAfterALook) {
  coder_.fail("build ", ApiFault::server);
  const Executed executed = execute();
  EXPECT_THAT(coder_.calls(), ElementsAre(StartsWith("build "), StartsWith("id "), StartsWith("build ")));
  EXPECT_THAT(results(executed), ElementsAre(ActionResult::success));
}

TEST_F(LostBuild, IsLeftToTheNextReadWhereTheLookFails) {
  coder_.fail("build ", ApiFault::server);
  coder_.fail("id ", ApiFault::server);
  EXPECT_THAT(results(execute()), ElementsAre(ActionResult::failed));
  EXPECT_EQ(coder_.count("build "), 1U);
}

TEST_F(ExecutorTest, ALostRaceIsAdopted) {
  plan({create("dev")});
  work_.proven_absent = {{"alice", "dev"}};
  coder_.fleet = {a_live(1, "alice", "dev").owned_by(a_user_id(10))};  // somebody was faster
  const Executed executed = execute();
  EXPECT_THAT(coder_.calls(), ElementsAre("create dev", "name " + a_user_id(10).to_string() + "/dev"));
  EXPECT_THAT(results(executed), ElementsAre(ActionResult::success));
  EXPECT_EQ(executed.builds_started, 0U);
}

TEST_F(ExecutorTest, ATakenNameThatCannotBeSeenIsAFailure) {
  plan({create("dev")});
  coder_.fail("create", ApiFault::conflict);
  const Executed executed = execute();
  ASSERT_THAT(results(executed), ElementsAre(ActionResult::failed));
  EXPECT_EQ(executed.outcomes[0].error->fault, ApiFault::conflict);
}

TEST_F(ExecutorTest, NothingIsCreatedWhereTheLookFails) {
  plan({create("dev")});
  coder_.fail("name", ApiFault::server);
  const Executed executed = execute();
  EXPECT_EQ(coder_.count("create"), 0U);
  EXPECT_THAT(results(executed), ElementsAre(ActionResult::failed));
}

TEST_F(ExecutorTest, ARefusedTokenStopsAllWriting) {
  std::vector<WorkspacePlan> plans;
  for (std::uint32_t i = 1; i <= 20; ++i)
    plans.push_back(plan_for({ttl(i, "w" + std::to_string(100 + i), 60)}));
  plan(plans);
  work_.concurrency = 2;
  coder_.fail("ttl", ApiFault::unauthorized, 100);
  const Executed executed = execute();
  EXPECT_LE(coder_.calls().size(), 2U);
  ASSERT_TRUE(executed.broken_off);
  EXPECT_EQ(executed.broken_off->fault, ApiFault::unauthorized);
  EXPECT_THAT(executed.outcomes, SizeIs(20));
  EXPECT_EQ(executed.outcomes[19].result, ActionResult::skipped);
  EXPECT_GE(executed.passed_over.size(), 18U) << "they come first next time";
}

TEST_F(ExecutorTest, ACoderThatDoesNotAnswerIsNotAskedForEverything) {
  std::vector<WorkspacePlan> plans;
  for (std::uint32_t i = 1; i <= 20; ++i)
    plans.push_back(plan_for({ttl(i, "w" + std::to_string(100 + i), 60)}));
  plan(plans);
  work_.concurrency = 1;
  coder_.fail("ttl", ApiFault::timeout, 100);
  const Executed executed = execute();
  EXPECT_EQ(coder_.calls().size(), 3U);
  EXPECT_TRUE(executed.broken_off);
}

class GoneId : public ExecutorTest, public ::testing::WithParamInterface<ApiFault> {};
INSTANTIATE_TEST_SUITE_P(Faults, GoneId, ::testing::Values(ApiFault::not_found, ApiFault::gone),
                         [](const auto& fault) { return std::string(coder::to_string(fault.param)); });

TEST_P(GoneId, IsToBeFoundAnew) {
  plan({ttl(1, "dev", 60)});
  coder_.fail("ttl", GetParam());
  const Executed executed = execute();
  EXPECT_THAT(executed.lost, ElementsAre(Identity{"alice", "dev"}));
  EXPECT_THAT(results(executed), ElementsAre(ActionResult::failed));
}

TEST_F(ExecutorTest, AStopBesideSomebodysBuildWaitsForItsEnd) {
  coder_.fleet = {a_live(1, "alice", "dev").running()};
  coder_.fleet[0].build.status = BuildStatus::starting;
  plan({stop(1, "dev")});
  const Executed executed = execute();
  EXPECT_THAT(results(executed), ElementsAre(ActionResult::skipped));
  EXPECT_THAT(executed.lost, IsEmpty());
}

TEST_F(ExecutorTest, AnExceptionIsThatWorkspacesAndTheOthersGoOn) {
  coder_.fleet = {a_live(1, "alice", "a"), a_live(2, "alice", "b"), a_live(3, "alice", "c")};
  coder_.before = [](const std::string& call) {
    if (call.starts_with("ttl 2")) throw std::logic_error("an index is out of range");
  };
  plan(std::vector{plan_for({ttl(1, "a", 60)}), plan_for({ttl(2, "b", 60), dormant(2, "b", true)}),
                   plan_for({ttl(3, "c", 60)})});
  const Executed executed = execute();
  EXPECT_THAT(results(executed), ElementsAre(ActionResult::success, ActionResult::failed,
                                             ActionResult::skipped, ActionResult::success));
  EXPECT_EQ(coder_.fleet[2].ttl, std::chrono::minutes(60));
  EXPECT_THAT(executed.outcomes[1].error->message, ::testing::HasSubstr("an index is out of range"));
  EXPECT_THAT(listener_.defects, ElementsAre("alice/b: an index is out of range"));
  EXPECT_FALSE(executed.broken_off);
}

}  // namespace
}  // namespace cr::testing
