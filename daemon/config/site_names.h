#pragma once

#include <string_view>

#include "reconcile/http/setup_error.h"

namespace cr::daemon {

/// How messages name the settings of a site that is not Coder: the proxies' are those of most programs'
/// environment, and there is no client certificate. Views of literals; empty: it cannot be set.
[[nodiscard]] constexpr http::SettingNames names_of_site(std::string_view url,
                                                         std::string_view ca_file = "") {
  return {.url = url,
          .ca_file = ca_file,
          .client_cert = "",
          .client_key = "",
          .http_proxy = "HTTP_PROXY",
          .https_proxy = "HTTPS_PROXY",
          .no_proxy = "NO_PROXY"};
}

}  // namespace cr::daemon
