#include "reconcile/http/proxy.h"

#include <gtest/gtest.h>

#include <string>

namespace cr::http {
namespace {

constexpr SettingNames kNames{
    .http_proxy = "HTTP_PROXY", .https_proxy = "HTTPS_PROXY", .no_proxy = "NO_PROXY"};

BaseUrl base_url(std::string_view text) {
  const auto url = parse_url(text);
  EXPECT_TRUE(url) << text;
  return url ? url->base : BaseUrl();
}

struct NoProxyCase {
  std::string name;
  std::string no_proxy;
  std::string url;
  bool goes_through;
};

class NoProxy : public testing::TestWithParam<NoProxyCase> {};

TEST_P(NoProxy, DecidesAsGoDoes) {
  ProxySettings settings;
  settings.https_proxy = "http://proxy:3128";
  settings.http_proxy = "http://proxy:3128";
  settings.no_proxy = GetParam().no_proxy;
  const auto proxy = choose_proxy(settings, base_url(GetParam().url));
  ASSERT_TRUE(proxy);
  EXPECT_EQ(proxy->has_value(), GetParam().goes_through);
}

INSTANTIATE_TEST_SUITE_P(
    Rules, NoProxy,
    testing::Values(
        NoProxyCase{"NothingListed", "", "https://coder.example.com", true},
        NoProxyCase{"Star", "*", "https://coder.example.com", false},
        NoProxyCase{"TheDomainItself", "example.com", "https://example.com", false},
        NoProxyCase{"BelowTheDomain", "example.com", "https://coder.example.com", false},
        NoProxyCase{"NotAnotherDomainWithThatEnd", "example.com", "https://badexample.com", true},
        NoProxyCase{"LeadingDotBelow", ".example.com", "https://coder.example.com", false},
        NoProxyCase{"LeadingDotNotTheDomainItself", ".example.com", "https://example.com", true},
        NoProxyCase{"StarDotBelow", "*.example.com", "https://coder.example.com", false},
        NoProxyCase{"StarDotNotTheDomainItself", "*.example.com", "https://example.com", true},
        NoProxyCase{"AnyCase", "EXAMPLE.com", "https://Coder.Example.com", false},
        NoProxyCase{"SecondOfTheList", "a.test, example.com ,b.test", "https://coder.example.com", false},
        NoProxyCase{"PortThatFits", "example.com:8443", "https://example.com:8443", false},
        NoProxyCase{"OtherPort", "example.com:8443", "https://example.com", true},
        NoProxyCase{"DefaultPortCounts", "example.com:443", "https://example.com", false},
        NoProxyCase{"Address", "10.1.2.3", "https://10.1.2.3", false},
        NoProxyCase{"OtherAddress", "10.1.2.3", "https://10.1.2.4", true},
        NoProxyCase{"AddressAndPort", "10.1.2.3:8443", "https://10.1.2.3:8443", false},
        NoProxyCase{"AddressAndOtherPort", "10.1.2.3:8443", "https://10.1.2.3", true},
        NoProxyCase{"Block", "10.0.0.0/8", "https://10.200.0.1", false},
        NoProxyCase{"OutsideTheBlock", "10.0.0.0/8", "https://11.0.0.1", true},
        NoProxyCase{"BlockWithHostBits", "10.1.2.3/8", "https://10.200.0.1", false},
        NoProxyCase{"BlockAgainstName", "10.0.0.0/8", "https://ten.example.com", true},
        NoProxyCase{"Ipv6Block", "2001:db8::/33", "https://[2001:db8:7fff::1]", false},
        NoProxyCase{"OutsideTheIpv6Block", "2001:db8::/33", "https://[2001:db8:8000::1]", true},
        NoProxyCase{"Ipv6Address", "2001:db8::1", "https://[2001:DB8:0::1]", false},
        NoProxyCase{"Ipv6AddressAndPort", "[2001:db8::1]:8443", "https://[2001:db8::1]:8443", false},
        NoProxyCase{"LocalhostNever", "", "https://localhost:3000", false},
        NoProxyCase{"LoopbackNever", "", "http://127.0.0.53", false},
        NoProxyCase{"Ipv6LoopbackNever", "", "http://[::1]:3000", false},
        NoProxyCase{"NonsenseIsPassedOver", "a:b:c,/,[,10.0.0.0/99", "https://coder.example.com", true}),
    [](const auto& test) { return test.param.name; });

Proxy chosen(const std::string& value) {
  ProxySettings settings;
  settings.https_proxy = value;
  const auto proxy = choose_proxy(settings, base_url("https://coder.example.com"));
  EXPECT_TRUE(proxy) << proxy.error().message;
  return proxy && *proxy ? **proxy : Proxy();
}

TEST(ProxyChoice, ReadsHostAndPortWithOrWithoutScheme) {
  Proxy want;
  want.host = "proxy";
  want.port = 3128;
  EXPECT_EQ(chosen("http://proxy:3128"), want);
  EXPECT_EQ(chosen("proxy:3128"), want);
  EXPECT_EQ(chosen("HTTP://Proxy:3128/"), want);
  want.port = 80;
  EXPECT_EQ(chosen("http://proxy"), want);
}

TEST(ProxyChoice, UserAndPasswordBecomeBasicAuthorization) {
  EXPECT_EQ(chosen("http://user:p%40ss@proxy:3128").authorization, "Basic dXNlcjpwQHNz");
  EXPECT_EQ(chosen("http://user@proxy:3128").authorization, "Basic dXNlcjo=");
}

TEST(ProxyChoice, EachSchemeHasItsVariable) {
  ProxySettings settings;
  settings.http_proxy = "http://plain:1";
  settings.https_proxy = "http://secure:2";
  EXPECT_EQ((*choose_proxy(settings, base_url("http://coder.example.com")))->host, "plain");
  EXPECT_EQ((*choose_proxy(settings, base_url("https://coder.example.com")))->host, "secure");
}

TEST(ProxyChoice, OtherKindsOfProxyAreRefusedWithTheWayOutAndWithoutThePassword) {
  for (const char* value : {"socks5://user:hunter2@proxy:1080", "https://user:hunter2@proxy:3128"}) {
    ProxySettings settings;
    settings.https_proxy = value;
    const auto proxy = choose_proxy(settings, base_url("https://coder.example.com"), kNames);
    ASSERT_FALSE(proxy);
    EXPECT_NE(proxy.error().message.find("HTTPS_PROXY"), std::string::npos);
    EXPECT_NE(proxy.error().message.find("NO_PROXY"), std::string::npos);
    EXPECT_EQ(proxy.error().message.find("hunter2"), std::string::npos);
  }
}

TEST(ProxyChoice, ABrokenValueNamesTheVariableOnly) {
  ProxySettings settings;
  settings.https_proxy = "http://user:hunter2@proxy:port";
  const auto proxy = choose_proxy(settings, base_url("https://coder.example.com"), kNames);
  ASSERT_FALSE(proxy);
  EXPECT_EQ(proxy.error().message,
            "HTTPS_PROXY: the port must be a number from 1 to 65535 (write a URL such as "
            "http://proxy.example.com:3128)");
}

}  // namespace
}  // namespace cr::http
