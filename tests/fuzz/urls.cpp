// Coder's URL, host and port, what no proxy is for, and Go's times: what is taken is written so that it reads
// the same, and what is refused is refused with a reason.

#include "reconcile/http/url.h"

#include <string>

#include "reconcile/coder/access_url.h"
#include "reconcile/coder/search.h"
#include "reconcile/http/proxy.h"
#include "specs/text/timestamp.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cr::coder;
  using namespace cr::http;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto url = parse_access_url(text);
  if (url) {
    const auto again = parse_access_url(url->to_string());
    REQUIRE(again && *again == *url);
    const auto host = parse_host_port(url->host_and_port());
    REQUIRE(host && host->host == url->host && host->port == url->port);
    for (const char c : url->to_string() + url->authority()) REQUIRE(static_cast<unsigned char>(c) > 0x20);
    ProxySettings settings;
    settings.http_proxy = settings.https_proxy = "http://proxy:3128";
    settings.no_proxy = text;
    REQUIRE(choose_proxy(settings, *url).has_value());
  } else {
    REQUIRE(!url.error().message.empty());
  }
  BaseUrl target;
  target.host = "coder.example.com";
  ProxySettings settings;
  settings.https_proxy = text;
  const auto proxy = choose_proxy(settings, target);
  if (!proxy) REQUIRE(!proxy.error().message.empty());
  if (proxy && *proxy)
    REQUIRE(!(*proxy)->host.empty() && (*proxy)->authorization.find_first_of("\r\n") == std::string::npos);

  REQUIRE(percent_decode(percent_encode(text)) == text);
  for (const char c : percent_encode(text)) REQUIRE(c > 0x20 && c < 0x7f);
  if (const auto term = search_term("name", text))
    REQUIRE(percent_decode(search_query(*term)).ends_with(*term));
  if (const auto time = cr::text::parse_timestamp(text)) {
    // Every time that Go writes lies between the years 0 and 9999, give or take an offset.
    REQUIRE(*time >= std::chrono::sys_days{std::chrono::year{-1} / 1 / 1} &&
            *time <= std::chrono::sys_days{std::chrono::year{10001} / 1 / 1});
  }
  return 0;
}
