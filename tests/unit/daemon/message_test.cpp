#include "daemon/http/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cr::daemon {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(Target, IsSplitAndDecoded) {
  HttpRequest request;
  ASSERT_TRUE(parse_target("/api/v1/a%2Fb/c%20d?x=1&y=a+b%26c&x=2&z", request));
  EXPECT_EQ(request.path, "/api/v1/a/b/c d");
  EXPECT_THAT(request.segments, ElementsAre("api", "v1", "a/b", "c d"));
  EXPECT_THAT(request.query, ElementsAre(Pair("x", "2"), Pair("y", "a b&c"), Pair("z", "")));
}

TEST(Target, RefusesWhatIsMalformed) {
  HttpRequest request;
  for (const char* target : {"", "api", "/%", "/%4", "/%zz", "/?a=%f", "http://host/"}) {
    EXPECT_FALSE(parse_target(target, request)) << target;
  }
}

}  // namespace
}  // namespace cr::daemon
