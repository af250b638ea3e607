#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "reconcile/http/setup_error.h"
#include "reconcile/http/url.h"

namespace cr::http {

/// What the user says of proxies, as the environment of most programs has it; empty: not set.
struct ProxySettings {
  std::string http_proxy;
  std::string https_proxy;
  std::string no_proxy;

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

/// The proxy for this target, or nothing: go straight.
///
/// `no_proxy` is a list with commas: `*`, a domain (itself and what is below it), `.domain` or `*.domain`
/// (only what is below it), an IP address or a CIDR block, each perhaps with `:port`. localhost and loopback
/// addresses never go through a proxy. These are the rules of Go's programs. Only plain
/// http:// proxies are supported; the error for others names the setting and no password.
[[nodiscard]] SetupResult<std::optional<Proxy>> choose_proxy(const ProxySettings& settings,
                                                             const BaseUrl& target,
                                                             const SettingNames& names = {});

}  // namespace cr::http
