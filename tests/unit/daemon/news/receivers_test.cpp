#include "daemon/news/receivers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <tuple>
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
    const auto read = read_receivers(path);
    for (const Secret& url : read.value()) urls.push_back(url.reveal());
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

TEST_F(ReceiversTest, AreAskedForJustThatPath) {
  for (const auto& [url, prefix, target] :
       {std::tuple{"https://h.example.com", "", "/"}, std::tuple{"https://h.example.com/", "", "/"},
        std::tuple{"https://h.example.com?k=1", "", "/?k=1"},
        std::tuple{"https://h.example.com/a/b", "/a/b", ""},
        std::tuple{"https://h.example.com/a/b/?k=1", "/a/b", "/?k=1"}}) {
    const auto address = parse_receiver(Secret(url));
    ASSERT_TRUE(address) << url;
    EXPECT_EQ(address->base.prefix, prefix) << url;
    EXPECT_EQ(address->target, target) << url;
  }
  for (const char* url :
       {"https://h/a b", "https://h/?a=\r\nX: y", "https://h/#a", "h/a", "https://h/\xC3\xA4"})
    EXPECT_FALSE(parse_receiver(Secret(url))) << url;
  EXPECT_EQ(parse_receiver(Secret("https://user:word@h/"))->authorization, "Basic dXNlcjp3b3Jk");
}

TEST_F(ReceiversTest, OneThatIsThereTwiceIsTakenOnce) {
  EXPECT_THAT(urls_of(file("https://example.com/\nhttps://example.com/\n")), ::testing::SizeIs(1));
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
