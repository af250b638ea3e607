#include "reconcile/http/url.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <utility>

namespace cr::http {
namespace {

TEST(Url, IsTakenApartWithItsUser) {
  const auto url = parse_url(" HTTPS://Ann:p%40ss@Gateway:9091/push/\n");
  ASSERT_TRUE(url) << url.error().message;
  EXPECT_EQ(url->base.to_string(), "https://gateway:9091/push");
  ASSERT_TRUE(url->user);
  EXPECT_EQ(*url->user, (UserInfo{.user = "Ann", .password = "p@ss", .has_password = true}));
  EXPECT_FALSE(parse_url("http://a@b")->user->has_password);
  EXPECT_FALSE(parse_url("http://b")->user);
}

TEST(Url, WithoutASchemeGetsTheOneThatIsMeant) {
  EXPECT_EQ(parse_url("coder.example.com").error().message,
            "the scheme is missing; did you mean https://coder.example.com?");
  EXPECT_EQ(parse_url("//coder:8443/x").error().message,
            "the scheme is missing; did you mean https://coder:8443/x?");
  EXPECT_EQ(parse_url("").error().message, "the scheme is missing");
  EXPECT_EQ(parse_url("://x").error().message, "the scheme is missing");
}

TEST(Url, NoErrorRepeatsWhatMayBeAPassword) {
  for (const char* text :
       {"u:hunter2@coder", "https://u:hunter2@", "ftp://u:hunter2@x", "https://u:a/hunter2@x",
        "https://u:a?hunter2@x", "https://u:hunter2@x:y", "https://u:hunter2@x/ y"}) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().message.find("hunter2"), std::string::npos) << url.error().message;
    EXPECT_EQ(shown_url(text).find("hunter2"), std::string::npos) << shown_url(text);
  }
}

TEST(HostAndPort, AnErrorNamesThePartThatIsWrong) {
  for (const auto& [text, problem] : std::initializer_list<std::pair<const char*, const char*>>{
           {"a@b:1", "invalid character in the host name"},
           {"a!b:1", "invalid character in the host name"},
           {"a!b:x", "the port must be a number from 1 to 65535"},
           {"[::1]:x", "the port must be a number from 1 to 65535"},
           {"[zz]:x", "no IPv6 address between the brackets"},
           {"[v1.x]", "invalid character in the host name"},
           {":1", "the host is missing"}}) {
    const auto host = parse_host_port(text);
    ASSERT_FALSE(host) << text;
    EXPECT_EQ(host.error().message, problem) << text;
  }
  EXPECT_EQ(*parse_host_port("[2001:DB8::1]:80"), (HostPort{"2001:db8::1", 80}));
  EXPECT_EQ(*parse_host_port("Coder_1"), (HostPort{"coder_1", 0}));
}

TEST(ShownUrl, IsWithoutQueryAndFragment) {
  EXPECT_EQ(shown_url(" https://coder/x?token=1#y"), "https://coder/x");
  EXPECT_EQ(shown_url("https://u:p@coder"), "https://…");
  EXPECT_EQ(shown_url("u:p@coder"), "…");
}

TEST(PercentEncoding, KeepsUnreservedAndEncodesTheRest) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode("a b/c?d&e=f%"), "a%20b%2Fc%3Fd%26e%3Df%25");
  EXPECT_EQ(percent_encode("\r\n\xC3\xBC"), "%0D%0A%C3%BC");
  EXPECT_EQ(percent_encode("a:b,c;d", ":,"), "a:b,c%3Bd");
}

TEST(PercentEncoding, DecodesAndLeavesBrokenEscapes) {
  EXPECT_EQ(percent_decode("p%40ss%3aword"), "p@ss:word");
  EXPECT_EQ(percent_decode("50%"), "50%");
  EXPECT_EQ(percent_decode("%zz%4"), "%zz%4");
}

}  // namespace
}  // namespace cr::http
