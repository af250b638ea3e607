#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "reconcile/coder/setup_error.h"
#include "reconcile/coder/url.h"

namespace cr::coder {

/// HTTP_PROXY, HTTPS_PROXY and NO_PROXY; empty: not set.
struct ProxySettings {
  std::string http_proxy;
  std::string https_proxy;
  std::string no_proxy;

  /// Upper case wins over lower case. `lookup` is getenv or a test's table.
  [[nodiscard]] static ProxySettings from_environment(
      const std::function<std::optional<std::string>(std::string_view name)>& lookup);

  bool operator==(const ProxySettings&) const = default;
};

/// An HTTP proxy to go through.
struct Proxy {
  std::string host;
  std::uint16_t port = 80;
  std::string authorization;  ///< value of Proxy-Authorization, a secret; empty: none

  bool operator==(const Proxy&) const = default;
};

/// The value of Authorization or Proxy-Authorization for a user and password: a secret.
[[nodiscard]] std::string basic_authorization(std::string_view user, std::string_view password);

/// The proxy for this target, or nothing: go straight. HTTPS_PROXY counts for https, HTTP_PROXY for http.
///
/// NO_PROXY is a list with commas: `*`, a domain (itself and what is below it), `.domain` or `*.domain`
/// (only what is below it), an IP address or a CIDR block, each perhaps with `:port`. localhost and loopback
/// addresses never go through a proxy. These are the rules of Go, and so of Coder's own CLI. Only plain
/// http:// proxies are supported; the error for others names the variable and no password.
[[nodiscard]] SetupResult<std::optional<Proxy>> choose_proxy(const ProxySettings& settings,
                                                             const BaseUrl& target);

}  // namespace cr::coder
