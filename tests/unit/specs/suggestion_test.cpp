#include "specs/suggestion.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace cr::specs {
namespace {

constexpr std::array<std::string_view, 5> kKeys{"owner", "organization", "template", "templateVersion",
                                                "ttl"};

TEST(Suggestion, FindsSlips) {
  EXPECT_EQ(closest("ownr", kKeys), "owner");
  EXPECT_EQ(closest("onwer", kKeys), "owner");
  EXPECT_EQ(closest("Owner", kKeys), "owner");
  EXPECT_EQ(closest("organisation", kKeys), "organization");
  EXPECT_EQ(closest("template_version", kKeys), "templateVersion");
  EXPECT_EQ(closest("tll", kKeys), "ttl");
}

TEST(Suggestion, IsSilentWhereNothingIsNear) {
  EXPECT_EQ(closest("schedule", kKeys), "");
  EXPECT_EQ(closest("", kKeys), "");
  EXPECT_EQ(closest("x", kKeys), "");
  EXPECT_EQ(closest(std::string(100'000, 'o'), kKeys), "");
  EXPECT_EQ(did_you_mean("schedule", kKeys), "");
}

TEST(Suggestion, ReadsAsAQuestion) {
  EXPECT_EQ(did_you_mean("ownr", kKeys), "did you mean \"owner\"?");
}

}  // namespace
}  // namespace cr::specs
