#include "reconcile/memory/resting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/reconcile/decision_builders.h"
#include "tests/unit/reconcile/memory/cycle_builder.h"

namespace cr::reconcile {
namespace {

using namespace cr::testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TemplateId a_template_id(std::uint32_t number) {
  return an_id<TemplateId>(number);
}

class RestingTest : public ::testing::Test {
 protected:
  RestingTest() {
    EXPECT_THAT(resting_.align(specs_), IsEmpty());
    for (std::uint32_t i = 0; i < 3; ++i) {
      resting_[i].rests = true;
      resting_[i].state.id = a_workspace_id(i + 1);
      resting_[i].template_id = a_template_id(i / 2);
    }
  }
  [[nodiscard]] std::vector<bool> rests() const {
    std::vector<bool> all;
    for (std::size_t i = 0; i < resting_.size(); ++i) all.push_back(resting_[i].rests);
    return all;
  }
  std::vector<specs::SpecPtr> specs_{a_spec("alice", "a").share(), a_spec("alice", "b").share(),
                                     a_spec("bob", "a").share()};
  Resting resting_;
};

TEST_F(RestingTest, WhoIsNoLongerDeclaredIsNamedOnceAndTheOthersRestOn) {
  const std::vector<specs::SpecPtr> next{specs_[0], a_spec("alice", "c").share(), specs_[2]};
  EXPECT_THAT(resting_.align(next), ElementsAre(a_workspace_id(2)));
  EXPECT_THAT(rests(), ElementsAre(true, false, true));
  EXPECT_EQ(resting_[2].state.id, a_workspace_id(3));
  EXPECT_TRUE(resting_[1].state.id.is_nil());
  EXPECT_THAT(resting_.align(next), IsEmpty());
}

TEST_F(RestingTest, WhatIsDeclaredAnewIsKnownByWhatItWas) {
  const std::vector<specs::SpecPtr> next{specs_[0], a_spec("Alice", "B").share(), specs_[2]};
  EXPECT_THAT(resting_.align(next), IsEmpty());
  EXPECT_EQ(resting_[1].spec, specs_[1]) << "so that the new declaration shows";
  EXPECT_EQ(resting_[1].state.id, a_workspace_id(2));
}

TEST_F(RestingTest, NothingDeclaredIsNothingKnown) {
  EXPECT_THAT(resting_.align({}), ElementsAre(a_workspace_id(1), a_workspace_id(2), a_workspace_id(3)));
  EXPECT_EQ(resting_.size(), 0U);
}

TEST_F(RestingTest, WakesWhomTheChangeConcerns) {
  resting_.wake(*specs_[2]);
  EXPECT_THAT(rests(), ElementsAre(true, true, false));
  resting_.wake(a_spec("nobody", "x"));
  EXPECT_THAT(rests(), ElementsAre(true, true, false));
  resting_.wake(a_template_id(0));
  EXPECT_THAT(rests(), ElementsAre(false, false, false));
}

TEST_F(RestingTest, WakesAll) {
  resting_.wake_all();
  EXPECT_THAT(rests(), ElementsAre(false, false, false));
}

}  // namespace
}  // namespace cr::reconcile
