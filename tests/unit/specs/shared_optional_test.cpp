#include "specs/shared_optional.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace cr::specs {
namespace {

using Text = SharedOptional<std::string>;

TEST(SharedOptional, HoldsOneValueForAllItsCopies) {
  const Text one(std::string("held"));
  const Text copy = one;  // NOLINT(performance-unnecessary-copy-initialization)
  EXPECT_TRUE(copy.has_value());
  EXPECT_EQ(&*copy, &*one);
  EXPECT_EQ(copy->size(), 4U);
}

TEST(SharedOptional, IsEqualByValue) {
  EXPECT_EQ(Text(std::string("a")), Text(std::string("a")));
  EXPECT_NE(Text(std::string("a")), Text(std::string("b")));
  EXPECT_NE(Text(std::string()), Text()) << "an empty value is one";
  EXPECT_EQ(Text(), Text());
  EXPECT_EQ(Text(), std::nullopt);
}

TEST(SharedOptional, OfNothingHasNoValue) {
  Text one(std::string("a"));
  one = std::nullopt;
  EXPECT_FALSE(one);
  EXPECT_THROW((void)one.value(), std::bad_optional_access);
}

}  // namespace
}  // namespace cr::specs
