#include <fmt/format.h>
#include <gmock/gmock.h>

#include "fate.h"

/// What becomes of a workspace that was deleted.
namespace cr::testing {
namespace {

using ::testing::IsEmpty;

class WasDeleted : public TimeAndFate {};
CR_EVERY_AGE(WasDeleted);

TEST_P(WasDeleted, WhatCoderItselfDeletedIsNotMadeAnewUnlessTheSpecSaysSo) {
  add("leave");
  add("gone");
  edit([](standin::State& state) {
    state.delete_workspace("alice", "leave", standin::DeletedBy::coder);
    state.delete_workspace("alice", "gone", standin::DeletedBy::person);
  });
  world_.declare({a_document("alice", "leave"), a_document("alice", "gone")});
  (void)world_.converge();
  EXPECT_EQ(world_.reason("alice", "leave"), Reason::Expired);
  EXPECT_EQ(world_.reason("alice", "gone"), Reason::InSync) << "a person's delete is made good";
  EXPECT_EQ(world_.fleet().size(), 1U);
  world_.declare(
      {a_document("alice", "leave", {"reconcilePolicy: {recreate: always}"}), a_document("alice", "gone")});
  (void)world_.converge();
  EXPECT_EQ(world_.fleet().size(), 2U);
  EXPECT_EQ(world_.reason("alice", "leave"), Reason::InSync);
}

TEST_P(WasDeleted, NeverMeansThatWhatWasDeletedStaysSo) {
  add("gone");
  edit([](standin::State& state) { state.delete_workspace("alice", "gone"); });
  world_.declare({a_document("alice", "gone", {"reconcilePolicy: {recreate: never}"}),
                  a_document("alice", "fresh", {"reconcilePolicy: {recreate: never}"})});
  (void)world_.converge();
  EXPECT_EQ(world_.reason("alice", "gone"), Reason::Deleted);
  EXPECT_EQ(world_.reason("alice", "fresh"), Reason::InSync) << "what never was is made";
}

TEST_P(WasDeleted, WhatAWholeListDoesNotShowIsLookedAtBeforeItIsPlanned) {
  std::vector<std::string> documents;
  for (int i = 0; i < 30; ++i) {
    add(fmt::format("w{}", i));
    documents.push_back(a_document("alice", fmt::format("w{}", i)));
  }
  edit([](standin::State& state) { state.delete_workspace("alice", "w7", standin::DeletedBy::coder); });
  world_.declare(documents);
  const auto planned = world_.plan_beside();
  EXPECT_TRUE(planned->plan.empty()) << "a plan that shows a create that never comes is a lie";
  (void)world_.cycle();
  EXPECT_THAT(calls(), IsEmpty());
  EXPECT_EQ(world_.reason("alice", "w7"), Reason::Expired);
}

}  // namespace
}  // namespace cr::testing
