#include "specs/placeholder.h"

#include <gtest/gtest.h>

namespace cr::specs {
namespace {

TEST(Placeholder, StandsForTheUsernameWhereverItIs) {
  for (const auto& [text, replaced] : {std::pair{"{owner}", "ann"},
                                       {"{owner}-{owner}", "ann-ann"},
                                       {"{owner}{owner}", "annann"},
                                       {"a {owner} b", "a ann b"},
                                       {"}{owner}", "}ann"}}) {
    EXPECT_TRUE(names_owner(text)) << text;
    EXPECT_EQ(replace_owner(text, "ann"), replaced);
  }
  EXPECT_EQ(with_shortest_owner("{owner}-dev"), "a-dev");
}

TEST(Placeholder, OfAShellOrATemplateStaysAsItIs) {
  for (const char* text : {"", "owner", "{Owner}", "${owner}", "{{owner}}", "$${owner}", "{${owner}"}) {
    EXPECT_FALSE(names_owner(text)) << text;
    EXPECT_EQ(replace_owner(text, "ann"), text);
  }
  EXPECT_EQ(replace_owner("${owner} {owner} {{owner}}{owner}", "ann"), "${owner} ann {{owner}}ann");
}

TEST(Placeholder, IsNotLookedForInTheUsername) {
  EXPECT_EQ(replace_owner("{owner}{owner}", "{owner}"), "{owner}{owner}");
}

TEST(Placeholder, OfOtherWordsAreUnknown) {
  EXPECT_FALSE(check_placeholders("{user}"));
  EXPECT_FALSE(check_placeholders("${owner}-{user}"));
  EXPECT_TRUE(check_placeholders("{owner}, ${user}, {{user}}, {a b}, {}"));
}

}  // namespace
}  // namespace cr::specs
