#include "specs/spec_list.h"

#include <gtest/gtest.h>

#include <span>
#include <string>

namespace cr::specs {
namespace {

SpecPtr a_spec(std::string name) {
  WorkspaceSpec spec;
  spec.name = std::move(name);
  return std::make_shared<const WorkspaceSpec>(std::move(spec));
}

TEST(SpecList, ACopyIsTheSameListUntilOneOfThemChanges) {
  SpecList list{a_spec("a"), a_spec("b")};
  const SpecList copy = list;
  EXPECT_TRUE(copy.is_same(list));
  list.push_back(a_spec("c"));
  EXPECT_FALSE(copy.is_same(list));
  EXPECT_EQ(copy.size(), 2U);
  EXPECT_EQ(list.size(), 3U);
  EXPECT_EQ(list.front(), copy.front());
}

TEST(SpecList, TheSameObjectsInAnotherListAreEqualAndNotTheSame) {
  const SpecPtr one = a_spec("a");
  const SpecList a{one}, b{one}, other{a_spec("a")};
  EXPECT_EQ(a, b);
  EXPECT_FALSE(a.is_same(b));
  EXPECT_FALSE(a == other) << "objects, not what they say";
}

TEST(SpecList, StaysTheSameWhereNoneHasToGo) {
  SpecList list{a_spec("a"), a_spec("b")};
  const SpecList before = list;
  list.erase_if([](const SpecPtr&) { return false; });
  EXPECT_TRUE(list.is_same(before));
  list.erase_if([](const SpecPtr& spec) { return spec->name == "a"; });
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list.front()->name, "b");
  EXPECT_EQ(before.size(), 2U);
  list.erase_if([](const SpecPtr&) { return true; });
  EXPECT_TRUE(list.empty());
}

TEST(SpecList, AllEmptyOnesAreOne) {
  SpecList list{a_spec("a")};
  list.clear();
  EXPECT_TRUE(list.is_same(SpecList()));
  EXPECT_TRUE(SpecList(std::vector<SpecPtr>()).is_same(SpecList()));
  EXPECT_EQ(std::span<const SpecPtr>(list).size(), 0U);
}

}  // namespace
}  // namespace cr::specs
