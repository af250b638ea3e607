#include "reconcile/resolve/duplicates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/reconcile/decision_builders.h"

namespace cr::reconcile {
namespace {

using namespace cr::testing;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Duplicates, AnOwnerByNameAndByUuidIsOneOwner) {
  const auto by_name = a_spec("Alice", "Dev").at("a.yaml", 4).share();
  const auto by_id = SpecBuilder(a_user_id(1).to_string(), "dev").at("b.yaml", 9).share();
  const auto other = a_spec("bob", "dev").share();
  const std::vector specs{by_name, by_id, other};
  const auto found = find_duplicates(specs, {{"alice", a_user_id(1)}, {"bob", a_user_id(2)}});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].spec, by_name);
  EXPECT_THAT(found[0].message, HasSubstr("b.yaml:9"));
  EXPECT_EQ(found[1].spec, by_id);
  EXPECT_THAT(found[1].message, HasSubstr("a.yaml:4"));
}

TEST(Duplicates, AreFoundOnlyOnceTheOwnerIsKnown) {
  const std::vector specs{a_spec().share(), SpecBuilder(a_user_id(1).to_string(), "dev").share()};
  EXPECT_THAT(find_duplicates(specs, {}), IsEmpty());
  EXPECT_EQ(find_duplicates(specs, {{"alice", a_user_id(1)}}).size(), 2U);
}

TEST(Duplicates, AnotherNameIsAnotherWorkspace) {
  const std::vector specs{a_spec().share(), SpecBuilder(a_user_id(1).to_string(), "dev2").share()};
  EXPECT_THAT(find_duplicates(specs, {{"alice", a_user_id(1)}}), IsEmpty());
}

TEST(Duplicates, AreImpossibleWithoutAUuid) {
  const std::vector specs{a_spec().share(), a_spec("bob").share()};
  EXPECT_THAT(find_duplicates(specs, {{"alice", a_user_id(1)}, {"bob", a_user_id(1)}}), IsEmpty());
}

}  // namespace
}  // namespace cr::reconcile
