#include "reconcile/coder/access_url.h"

#include <gtest/gtest.h>

#include <string>

namespace cr::coder {
namespace {

struct Good {
  std::string name;
  std::string text;
  std::string shown;
  std::string host;
  std::uint16_t port;
  std::string prefix;
};

class AccessUrlThatIsUnderstood : public testing::TestWithParam<Good> {};

TEST_P(AccessUrlThatIsUnderstood, IsTakenApart) {
  const auto url = parse_access_url(GetParam().text);
  ASSERT_TRUE(url) << url.error().message;
  EXPECT_EQ(url->to_string(), GetParam().shown);
  EXPECT_EQ(url->host, GetParam().host);
  EXPECT_EQ(url->port, GetParam().port);
  EXPECT_EQ(url->prefix, GetParam().prefix);
}

INSTANTIATE_TEST_SUITE_P(
    Url, AccessUrlThatIsUnderstood,
    testing::Values(
        Good{"Https", "https://coder.example.com", "https://coder.example.com", "coder.example.com", 443, ""},
        Good{"HttpWithPort", "http://127.0.0.1:3000", "http://127.0.0.1:3000", "127.0.0.1", 3000, ""},
        Good{"HttpDefaultPort", "http://coder", "http://coder", "coder", 80, ""},
        Good{"HostAndSchemeInAnyCase", "HTTPS://Coder.Example.COM", "https://coder.example.com",
             "coder.example.com", 443, ""},
        Good{"SlashesAtTheEnd", "https://coder.example.com///", "https://coder.example.com",
             "coder.example.com", 443, ""},
        Good{"PathPrefix", "https://example.com/coder/", "https://example.com/coder", "example.com", 443,
             "/coder"},
        Good{"ApiPathIsTakenOff", "https://example.com/coder/api/v2/", "https://example.com/coder",
             "example.com", 443, "/coder"},
        Good{"Ipv6", "https://[2001:DB8::1]:8443", "https://[2001:db8::1]:8443", "2001:db8::1", 8443, ""},
        Good{"Ipv6DefaultPort", "https://[::1]", "https://[::1]", "::1", 443, ""},
        Good{"DefaultPortIsNotShown", "https://coder.example.com:443", "https://coder.example.com",
             "coder.example.com", 443, ""},
        Good{"SpaceAround", "  https://coder.example.com\n", "https://coder.example.com", "coder.example.com",
             443, ""}),
    [](const auto& test) { return test.param.name; });

struct Bad {
  std::string name;
  std::string text;
  std::string says;
};

class AccessUrlThatIsRefused : public testing::TestWithParam<Bad> {};

TEST_P(AccessUrlThatIsRefused, SaysWhatToWrite) {
  const auto url = parse_access_url(GetParam().text);
  ASSERT_FALSE(url);
  EXPECT_NE(url.error().message.find(GetParam().says), std::string::npos) << url.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Url, AccessUrlThatIsRefused,
    testing::Values(Bad{"Empty", " ", "the scheme is missing"},
                    Bad{"NoScheme", "coder.example.com", "did you mean https://coder.example.com?"},
                    Bad{"OtherScheme", "ftp://coder.example.com", "the scheme must be http or https"},
                    Bad{"NoHost", "https://", "the host is missing"},
                    Bad{"NoHostButPort", "https://:8080", "the host is missing"},
                    Bad{"BadPort", "https://coder:99999", "from 1 to 65535"},
                    Bad{"PortZero", "https://coder:0", "from 1 to 65535"},
                    Bad{"EmptyPort", "https://coder:", "from 1 to 65535"},
                    Bad{"TextForPort", "https://coder:http", "from 1 to 65535"},
                    Bad{"SpaceInHost", "https://co der", "invalid character in the host name"},
                    Bad{"BareIpv6", "https://2001:db8::1", "needs brackets"},
                    Bad{"OpenBracket", "https://[::1", "unclosed bracket"},
                    Bad{"TextBehindBracket", "https://[::1]x", "text after the bracket"},
                    Bad{"Query", "https://coder/?a=b", "query or fragment"},
                    Bad{"Fragment", "https://coder/#a", "query or fragment"},
                    Bad{"SpaceInPath", "https://coder/a b", "space"},
                    Bad{"LineBreakInPath", "https://coder/a\r\nX: y", "written as %XX"},
                    Bad{"UserInfo", "https://user:hunter2@coder", "a user or password"}),
    [](const auto& test) { return test.param.name; });

TEST(AccessUrl, APasswordIsNeverShown) {
  for (const char* text :
       {"https://user:hunter2@coder", "ftp://user:hunter2@coder", "https://u:hunter2@[::1/?x",
        "u:hunter2@coder", "https://u:hunt/hunter2@coder", "u:hunter2://x@coder"}) {
    const auto url = parse_access_url(text);
    ASSERT_FALSE(url);
    EXPECT_EQ(url.error().message.find("hunter2"), std::string::npos) << url.error().message;
  }
}

}  // namespace
}  // namespace cr::coder
