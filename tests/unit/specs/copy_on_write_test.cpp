#include "specs/copy_on_write.h"

#include <gtest/gtest.h>

#include <string>

namespace cr::specs {
namespace {

struct Part {
  std::string text = "as declared";
  int number = 0;
  bool operator==(const Part&) const = default;
};
using Held = CopyOnWrite<Part>;

TEST(CopyOnWrite, OfNothingReadsAsTheDefault) {
  const Held none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.holders(), 0U);
  EXPECT_EQ(none->text, "as declared");
  EXPECT_EQ(none, Held(Part{})) << "equal to one that holds the default";
  EXPECT_FALSE(none.is_same(Held(Part{})));
  EXPECT_TRUE(none.is_same(Held()));
}

TEST(CopyOnWrite, ACopyIsTheSameObject) {
  const Held one(Part{"held", 1});
  const Held copy = one;  // NOLINT(performance-unnecessary-copy-initialization)
  EXPECT_TRUE(copy.is_same(one));
  EXPECT_EQ(&*copy, &*one);
  EXPECT_EQ(one.holders(), 2U);
}

TEST(CopyOnWrite, IsEqualByValue) {
  EXPECT_EQ(Held(Part{"a", 1}), Held(Part{"a", 1}));
  EXPECT_NE(Held(Part{"a", 1}), Held(Part{"a", 2}));
  EXPECT_NE(Held(Part{"a", 1}), Held());
}

TEST(CopyOnWrite, AnEditDoesNotShowInCopiesMadeBefore) {
  Held one(Part{"before", 1});
  const Held copy = one;
  one.edit().text = "after";
  EXPECT_EQ(copy->text, "before");
  EXPECT_EQ(one->text, "after");
  EXPECT_EQ(one->number, 1) << "what is not edited is copied";
  EXPECT_FALSE(copy.is_same(one));
  EXPECT_EQ(one.holders(), 1U);
  EXPECT_EQ(copy.holders(), 1U);
}

TEST(CopyOnWrite, AnEditOfTheEmptyOneShowsInNoOther) {
  Held one;
  const Held other = one;
  one.edit().number = 7;
  EXPECT_EQ(one->number, 7);
  EXPECT_EQ(one->text, "as declared");
  EXPECT_EQ(other->number, 0);
  EXPECT_EQ(Held()->number, 0);
}

TEST(CopyOnWrite, WhatNobodyElseHoldsIsEditedWhereItStands) {
  Held one(Part{"a", 1});
  const Part* const before = &*one;
  one.edit().number = 2;
  EXPECT_EQ(&*one, before);
  {
    const Held copy = one;
    EXPECT_EQ(copy.holders(), 2U);
  }
  one.edit().number = 3;
  EXPECT_EQ(&*one, before) << "the copy is gone";
  EXPECT_EQ(one->number, 3);
}

}  // namespace
}  // namespace cr::specs
