#include "specs/name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "specs/workspace_spec.h"

namespace cr::specs {
namespace {

using ::testing::HasSubstr;

TEST(Name, TakesWhatCoderTakes) {
  for (const std::string name : {"a", "A1", "api-dev", "1", "a-b-c", "New", "creates", "9-9"})
    EXPECT_EQ(name_problem(name), "") << name;
  EXPECT_EQ(name_problem(std::string(32, 'a')), "");
}

TEST(Name, RefusesWhatCoderRefuses) {
  EXPECT_EQ(name_problem(""), "must not be empty");
  EXPECT_THAT(name_problem(std::string(33, 'a')), HasSubstr("has 33 characters; at most 32"));
  EXPECT_EQ(name_problem("new"), "is reserved by Coder");
  EXPECT_EQ(name_problem("create"), "is reserved by Coder");
  for (const std::string name : {"-a", "a-", "a--b", "a_b", "a.b", "a b", "a/b", "\u00E4", "a\n", " a"})
    EXPECT_THAT(name_problem(name), HasSubstr("letters and digits")) << name;
  EXPECT_NE(name_problem(std::string("a\0", 2)), "");
}

TEST(Name, UsernameMeIsTheTokensOwnUser) {
  EXPECT_THAT(username_problem("me"), HasSubstr("the token's own user"));
  EXPECT_THAT(username_problem("ME"), HasSubstr("the token's own user"));
  EXPECT_EQ(username_problem("meg"), "");
}

TEST(Name, VersionsMayHaveDotsAndUnderscores) {
  for (const std::string name : {"v12", "1.2.3", "quirky_mouse1", "a-b_c.d"})
    EXPECT_EQ(version_name_problem(name), "");
  EXPECT_EQ(version_name_problem(std::string(64, 'v')), "");
  for (const std::string name : {"", ".1", "1.", "1..2", "a+b"})
    EXPECT_NE(version_name_problem(name), "") << name;
  EXPECT_NE(version_name_problem(std::string(65, 'v')), "");
}

TEST(Name, LabelKeysAreThoseOfKubernetes) {
  for (const std::string key : {"team", "app.kubernetes.io/name", "a/B_c.d", "x"})
    EXPECT_EQ(qualified_key_problem(key), "") << key;
  for (const std::string key :
       {"", "/a", "a/", "a/b/c", "-a", "a-", "A.io/x", "a..b/x", "-a.io/x", "a-.io/x", "a b"})
    EXPECT_NE(qualified_key_problem(key), "") << key;
  EXPECT_NE(qualified_key_problem(std::string(64, 'k')), "");
  EXPECT_NE(qualified_key_problem(std::string(254, 'p') + "/x"), "");
}

TEST(Name, LabelValuesAreThoseOfKubernetes) {
  for (const std::string value : {"", "a", "payments", "1.2_3-x"})
    EXPECT_EQ(label_value_problem(value), "") << value;
  for (const std::string value : {"-", "a ", "a/b", "a,b"})
    EXPECT_NE(label_value_problem(value), "") << value;
  EXPECT_NE(label_value_problem(std::string(64, 'v')), "");
}

TEST(Name, UuidsHaveTheirDashesInPlace) {
  EXPECT_TRUE(is_uuid("6f0a4c53-8f2e-4b6a-9d0c-1a2b3c4d5e6f"));
  EXPECT_TRUE(is_uuid("6F0A4C53-8F2E-4B6A-9D0C-1A2B3C4D5E6F"));
  EXPECT_FALSE(is_uuid("6f0a4c538f2e4b6a9d0c1a2b3c4d5e6f"));
  EXPECT_FALSE(is_uuid("6f0a4c53-8f2e-4b6a-9d0c-1a2b3c4d5e6"));
  EXPECT_FALSE(is_uuid("6f0a4c53-8f2e-4b6a-9d0c-1a2b3c4d5e6g"));
  EXPECT_FALSE(is_uuid("6f0a4c5308f2e04b6a09d0c01a2b3c4d5e6f"));
}

}  // namespace
}  // namespace cr::specs
