#include "daemon/news/receivers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/daemon/temp_folder.h"

namespace cr::daemon {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ReceiversTest : public ::testing::Test {
 protected:
  std::string file(const std::string& text) { return folder_.write("urls", text); }
  static std::vector<std::string> urls_of(const std::string& path) {
    std::vector<std::string> urls;
    for (const Secret& url : read_receivers(path).value()) urls.push_back(url.reveal());
    return urls;
  }
  testing::TempFolder folder_;
};

TEST_F(ReceiversTest, AreTheLinesOfAFile) {
  const std::string path = file(
      "# the team's channel\r\n  https://hooks.example.com/T0/B0?key=1 \r\n\nhttp://user:word@host:8080");
  EXPECT_THAT(urls_of(path),
              ::testing::ElementsAre("https://hooks.example.com/T0/B0?key=1", "http://user:word@host:8080"));
  EXPECT_EQ(receivers_problem(path), "");
  EXPECT_EQ(receivers_problem(""), "") << "nobody is to be told";
}

TEST_F(ReceiversTest, ALineThatIsNoUrlIsNamedAndNotShown) {
  const std::string problem = receivers_problem(file("https://good.example.com/\nftp://s3cret/\n"));
  EXPECT_THAT(problem, HasSubstr("urls:2: not an http or https URL"));
  EXPECT_THAT(problem, Not(HasSubstr("s3cret")));
}

TEST_F(ReceiversTest, AFileOfNoneOrTooManyOrThatCannotBeReadIsNone) {
  std::string many;
  for (std::size_t i = 0; i <= kMostReceivers; ++i) many += "https://example.com/\n";
  const std::vector<std::string> bad{file("# nobody\n"), folder_.path("missing"), folder_.path("."),
                                     folder_.write("many", many),
                                     folder_.write("large", std::string(70'000, '#'))};
  for (const std::string& path : bad) {
    EXPECT_FALSE(read_receivers(path)) << path;
    EXPECT_NE(receivers_problem(path), "") << path;
  }
}

}  // namespace
}  // namespace cr::daemon
