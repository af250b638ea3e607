#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reconcile/async/clock.h"
#include "reconcile/http/message.h"
#include "reconcile/http/proxy.h"
#include "reconcile/http/resolve.h"
#include "reconcile/http/setup_error.h"
#include "reconcile/http/transport_error.h"
#include "reconcile/http/url.h"

namespace cr::http {

/// One place on the network, and the way there.
struct Site {
  BaseUrl url;
  std::string ca_file;  ///< PEM, trusted in place of the system's; empty: the system's
  ProxySettings proxy;
  std::string user_agent = "coder-reconciler";
  SettingNames names{};
  Resolve resolve{};  ///< empty: the system's resolver
};

/// Sends requests to one site, over connections that are kept open between them. Redirects are not followed
/// and nothing is repeated: what an answer means is the caller's business. One thread; the clock outlives it.
class SiteClient {
 public:
  /// Asks the network nothing. Errors name the setting and the remedy.
  [[nodiscard]] static SetupResult<SiteClient> make(Site site, async::Clock& clock);
  ~SiteClient();
  SiteClient(SiteClient&&) noexcept;
  SiteClient& operator=(SiteClient&&) noexcept;

  struct Request {
    std::string_view method = "GET";
    std::string target;  ///< path and query, behind the site's own path
    /// Beside Host, User-Agent, Accept-Encoding and Content-Length. Names and values hold no line breaks.
    std::vector<std::pair<std::string, std::string>> headers{};
    std::string body{};  ///< of another method than GET
    std::size_t answer_limit = std::size_t{64} << 10;
    bool repeatable = true;  ///< a kept connection that turns out to be closed may be replaced
    std::chrono::milliseconds allowed{10'000};           ///< from connecting to the answer
    async::SteadyTime until = async::SteadyTime::max();  ///< if that is earlier
  };
  /// Cancelling throws operation_aborted.
  [[nodiscard]] async::awaitable<TransportResult<HttpResponse>> send(Request request);

  /// "http://pushgateway:9091", for messages.
  [[nodiscard]] std::string shown() const;

 private:
  struct Parts;
  explicit SiteClient(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace cr::http
