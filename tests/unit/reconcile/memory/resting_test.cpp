#include "reconcile/memory/resting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/reconcile/decision_builders.h"
#include "tests/unit/reconcile/memory/cycle_builder.h"

namespace cr::reconcile {
namespace {

using namespace cr::testing;
using ::testing::ElementsAre;

class RestingTest : public ::testing::Test {
 protected:
  RestingTest() {
    resting_.align(specs_);
    for (std::size_t i = 0; i < specs_.size(); ++i) resting_[i].rests = true;
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

TEST_F(RestingTest, WhatComesAndGoesLeavesTheOthersAtRest) {
  const std::vector<specs::SpecPtr> next{specs_[0], a_spec("alice", "c").share(), specs_[2]};
  resting_.align(next);
  EXPECT_THAT(rests(), ElementsAre(true, false, true));
  EXPECT_EQ(resting_[1].spec, next[1]);
  resting_.align({});
  EXPECT_EQ(resting_.size(), 0U);
}

TEST_F(RestingTest, WhatIsDeclaredAnewIsKnownByWhatItWas) {
  const std::vector<specs::SpecPtr> next{specs_[0], a_spec("Alice", "B").share(), specs_[2]};
  resting_.align(next);
  EXPECT_EQ(resting_[1].spec, specs_[1]) << "so that the new declaration shows";
  EXPECT_TRUE(resting_[1].rests);
}

TEST_F(RestingTest, WakesWhomTheChangeConcerns) {
  resting_.wake(*specs_[2]);
  EXPECT_THAT(rests(), ElementsAre(true, true, false));
  resting_.wake(a_spec("nobody", "x"));
  EXPECT_THAT(rests(), ElementsAre(true, true, false));
}

TEST_F(RestingTest, WakesAll) {
  resting_.wake_all();
  EXPECT_THAT(rests(), ElementsAre(false, false, false));
}

}  // namespace
}  // namespace cr::reconcile
