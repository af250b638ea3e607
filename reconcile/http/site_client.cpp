#include "reconcile/http/site_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "reconcile/http/dialer.h"
#include "reconcile/http/tls.h"
#include "reconcile/http/transport.h"

namespace cr::http {

/// In the order of their dependence; on the heap, since the transport refers to the context.
struct SiteClient::Parts {
  Parts(Site site_, async::Clock& clock_, std::unique_ptr<boost::asio::ssl::context> tls_,
        const std::optional<Proxy>& proxy)
      : site(std::move(site_)),
        clock(clock_),
        tls(std::move(tls_)),
        transport(clock,
                  Dialer(clock, site.url, proxy, tls.get(), false, DialTimeouts{}, site.user_agent,
                         site.resolve ? site.resolve : Resolve(resolve_by_system), site.names),
                  ConnectionLimits{}) {
    if (proxy && !site.url.tls) {
      absolute_form = true;
      proxy_authorization = proxy->authorization;
    }
  }

  [[nodiscard]] std::string message(const Request& request) const {
    std::string text =
        fmt::format("{} {}{}{} HTTP/1.1\r\nHost: {}\r\nUser-Agent: {}\r\nAccept-Encoding: identity\r\n",
                    request.method, absolute_form ? "http://" + site.url.authority() : "", site.url.prefix,
                    request.target, site.url.authority(), site.user_agent);
    if (!proxy_authorization.empty()) text += fmt::format("Proxy-Authorization: {}\r\n", proxy_authorization);
    for (const auto& [name, value] : request.headers) text += fmt::format("{}: {}\r\n", name, value);
    if (request.method != "GET") text += fmt::format("Content-Length: {}\r\n", request.body.size());
    return text + "\r\n" + request.body;
  }

  Site site;
  async::Clock& clock;
  std::unique_ptr<boost::asio::ssl::context> tls;
  Transport transport;
  bool absolute_form = false;  ///< requests go to an HTTP proxy as they are
  std::string proxy_authorization;
};

SiteClient::SiteClient(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
SiteClient::~SiteClient() = default;
SiteClient::SiteClient(SiteClient&&) noexcept = default;
SiteClient& SiteClient::operator=(SiteClient&&) noexcept = default;

SetupResult<SiteClient> SiteClient::make(Site site, async::Clock& clock) {
  const auto proxy = choose_proxy(site.proxy, site.url, site.names);
  if (!proxy) return proxy.error();
  std::unique_ptr<boost::asio::ssl::context> tls;
  if (site.url.tls) {
    TlsSettings settings;
    settings.ca_file = site.ca_file;
    auto made = make_tls_context(settings, site.names);
    if (!made) return made.error();
    tls = std::move(*made);
  }
  return SiteClient(std::make_unique<Parts>(std::move(site), clock, std::move(tls), *proxy));
}

async::awaitable<TransportResult<HttpResponse>> SiteClient::send(Request request) {
  Parts& parts = *parts_;
  Transport::Request wire;
  wire.message = parts.message(request);
  wire.body_limit = request.answer_limit;
  wire.repeatable = request.repeatable;
  wire.allowed = request.allowed;
  wire.deadline = std::min(parts.clock.now() + request.allowed, request.until);
  co_return co_await parts.transport.send(wire);
}

std::string SiteClient::shown() const {
  return parts_->site.url.to_string();
}

}  // namespace cr::http
