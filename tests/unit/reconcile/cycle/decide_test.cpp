#include "reconcile/cycle/decide.h"

#include <gtest/gtest.h>

#include "tests/unit/reconcile/cycle/cycle_parts.h"

namespace cr::testing {
namespace {

using reconcile::Excluded;

class Decide : public CycleParts {
 protected:
  static LiveWorkspace live(std::uint32_t number, const std::string& name) {
    return a_live(number, "alice", name).ttl(4h);
  }
  [[nodiscard]] std::vector<std::string> planned() {
    std::vector<std::string> names;
    for (const auto& one : state().plan.workspaces) names.push_back(one.workspace.name);
    return names;
  }
};

using Names = std::vector<std::string>;

TEST_F(Decide, OnlyWhatDriftedIsPlannedAndEveryPlanIsKnownToItsWorkspace) {
  reads(a_spec("alice", "a").ttl(4h), live(1, "a"));
  const Facts& drifted = reads(a_spec("alice", "b").ttl(8h), live(2, "b"));
  decide(state());
  EXPECT_EQ(planned(), Names{"b"});
  EXPECT_TRUE(only().diff->in_sync());
  EXPECT_EQ(only().decided->planned, nullptr);
  ASSERT_NE(drifted.decided->planned, nullptr);
  EXPECT_EQ(drifted.decided->planned->workspace.name, "b");
}

// What must not be looked at, and that the neighbour is looked at all the same.
TEST_F(Decide, WhatIsUnknownOrLeftAloneIsNeitherComparedNorPlanned) {
  const Excluded why{Reason::Rejected, "another document declares it"};
  decided_of(reads(a_spec("alice", "a").ttl(8h), live(1, "a"))).excluded = &why;
  is_not_read(a_spec("alice", "b").ttl(8h));
  reads(a_spec("alice", "c").ttl(8h), live(3, "c"));
  decide(state());
  EXPECT_EQ(planned(), Names{"c"});
  EXPECT_EQ(state().declared[0].diff, nullptr);
  EXPECT_EQ(state().declared[1].diff, nullptr);
}

TEST_F(Decide, WhatIsAbsentIsMissingAndCreatedOnlyWhereItsNamesAreBound) {
  const Facts& unbound = is_absent(a_spec("alice", "a"));
  reconcile::Bound bound;
  bound.request.name = "b";
  decided_of(is_absent(a_spec("alice", "b"))).bound = &bound;
  decide(state());
  ASSERT_NE(unbound.diff, nullptr);
  EXPECT_TRUE(unbound.diff->wanted.has(Field::missing));
  EXPECT_EQ(planned(), Names{"b"});
}

TEST_F(Decide, NothingIsWrittenOnTheWordOfAPolicyThatCouldNotBeRead) {
  state().policies_unread = ApiError(ApiFault::server, "no templates today");
  reads(a_spec("alice", "a").ttl(8h), live(1, "a"));
  reads(a_spec("alice", "b").ttl(4h), live(2, "b"));        // needs no write, so no policy
  reads(a_spec("alice", "c").dormant(true), live(3, "c"));  // nor does this field
  decide(state());
  EXPECT_EQ(planned(), Names{"c"});
  EXPECT_EQ(state().declared[0].read_error, &*state().policies_unread);
  EXPECT_FALSE(state().declared[0].diff);
  EXPECT_TRUE(state().declared[1].diff);
}

TEST_F(Decide, ADifferenceThatIsNeverWrittenNeedsNoPolicy) {
  state().policies_unread = ApiError(ApiFault::server, "no templates today");
  const Facts& one = reads(a_spec("alice", "a").template_ref("kubernetes"), live(1, "a"));
  decide(state());
  EXPECT_EQ(one.read_error, nullptr);
  ASSERT_NE(one.diff, nullptr);
  EXPECT_NE(one.diff->find(Field::template_ref), nullptr);
}

TEST_F(Decide, APolicyThatIsKnownFromBeforeWillDo) {
  state().policies_unread = ApiError(ApiFault::server, "no templates today");
  const LiveWorkspace row = live(1, "a");
  coder::Template policy = a_template();
  memory_.remembered.look_ups.policies.emplace(row.template_id, policy);
  reads(a_spec("alice", "a").ttl(8h), row);
  decide(state());
  EXPECT_EQ(planned(), Names{"a"});
}

TEST_F(Decide, WhatBacksOffIsNotTriedAndItsNeighbourIs) {
  reads(a_spec("alice", "a").ttl(8h), live(1, "a"));
  decide(state());
  reconcile::Outcome failed;
  failed.action = state().plan.workspaces[0].actions[0];
  failed.result = reconcile::ActionResult::failed;
  failed.error = ApiError(ApiFault::rejected, "no");
  done_of(only()).outcomes = std::span(&failed, 1);
  memory_.remembered.backoff.observe(state().facts());

  next_cycle();
  reads(a_spec("alice", "a").ttl(8h), live(1, "a"));
  reads(a_spec("alice", "b").ttl(8h), live(2, "b"));
  decide(state());
  EXPECT_NE(only().decided->backoff, nullptr);
  EXPECT_EQ(planned(), Names{"b"});
}

// "Changes more than --max-changes: held as a whole; creates count."
TEST_F(Decide, APlanOverTheLimitIsHeldAsAWhole) {
  memory_.limits.max_changes.count = 1;
  reconcile::Bound bound;
  reads(a_spec("alice", "a").ttl(8h), live(1, "a"));
  decide(state());
  EXPECT_FALSE(state().verdict.held);

  decided_of(is_absent(a_spec("alice", "b"))).bound = &bound;
  decide(state());
  EXPECT_TRUE(state().verdict.held);
  EXPECT_EQ(state().verdict.changes, 2U);
  EXPECT_EQ(state().verdict.digest, digest(state().plan));
  EXPECT_EQ(planned(), (Names{"a", "b"})) << "shown, not cut down";
}

TEST_F(Decide, BuildsOfOursThatAreUnderWayTakeUpSlots) {
  memory_.remembered.look_ups.me.value = a_user_id(kMe);
  for (const auto& [name, initiator] : {std::pair{"a", kMe}, {"b", kSomebody}, {"c", kMe}}) {
    LiveWorkspace row = live(static_cast<std::uint32_t>(name[0]), name);
    row.build = a_build(9, Transition::start, BuildStatus::starting, initiator);
    reads(a_spec("alice", name), row);
  }
  decide(state());
  EXPECT_EQ(state().builds_in_flight, 2U);
}

TEST_F(Decide, WhatIsWaitedForIsSaidBesideThePlan) {
  LiveWorkspace row = live(1, "a");
  row.build = a_build(9, Transition::stop, BuildStatus::stopping, kSomebody);
  const Facts& one = reads(a_spec("alice", "a").dormant(true), row);
  decide(state());
  ASSERT_NE(one.decided->waiting, nullptr);
  EXPECT_EQ(one.decided->waiting->reason, Reason::Stopping);
  EXPECT_TRUE(state().plan.empty());
}

}  // namespace
}  // namespace cr::testing
