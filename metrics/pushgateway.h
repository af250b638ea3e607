#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "metrics/grouping.h"
#include "reconcile/async/clock.h"
#include "reconcile/http/proxy.h"
#include "reconcile/http/resolve.h"
#include "reconcile/http/setup_error.h"
#include "reconcile/http/site_client.h"
#include "reconcile/http/url.h"

namespace cr::metrics {

/// Where a Pushgateway is, and who we are to whatever stands before it.
struct PushTarget {
  http::BaseUrl url;
  std::string authorization;  ///< value of the header, a secret; empty: none
};

/// `http(s)://[user:password@]host[:port][/prefix]`. Errors do not repeat the text, which may hold a
/// password.
[[nodiscard]] http::SetupResult<PushTarget> parse_push_target(std::string_view text);

struct PushOptions {
  PushTarget target;
  Grouping grouping;
  std::string ca_file;  ///< PEM, trusted in place of the system's; empty: the system's
  http::ProxySettings proxy;
  std::string user_agent = "coder-reconciler";
  std::chrono::milliseconds attempt{5'000};  ///< one request, from connecting to the answer
  std::chrono::milliseconds whole{15'000};   ///< all of them, waits included
  http::Resolve resolve;                     ///< empty: the system's resolver
};

/// Pushes metrics to one group of a Pushgateway.
///
/// With POST: it replaces metrics of the same name in this group and nothing else. PUT would delete what
/// others pushed into the group, and the time of the last success with each run that has none.
///
/// What may pass by itself (no connection, no answer in time, 408, 429, 5xx) is tried again after 1 s and 2
/// s, within the time allowed. Pushing the same twice does no harm. One thread; the clock outlives it.
class Pushgateway {
 public:
  /// Asks the network nothing. Errors name the setting and the remedy.
  [[nodiscard]] static http::SetupResult<Pushgateway> make(PushOptions options, async::Clock& clock);

  /// What went wrong at last, in words and without a secret; empty if it has been taken. Cancelling throws
  /// operation_aborted.
  [[nodiscard]] async::awaitable<std::string> push(const std::string& text);

  /// "http://pushgateway:9091", for messages.
  [[nodiscard]] std::string shown() const;

 private:
  Pushgateway(PushOptions options, async::Clock& clock, http::SiteClient client);

  PushOptions options_;
  async::Clock* clock_;
  http::SiteClient client_;
};

}  // namespace cr::metrics
