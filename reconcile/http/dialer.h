#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "reconcile/async/clock.h"
#include "reconcile/http/message.h"
#include "reconcile/http/options.h"
#include "reconcile/http/proxy.h"
#include "reconcile/http/resolve.h"
#include "reconcile/http/setup_error.h"
#include "reconcile/http/stream.h"
#include "reconcile/http/transport_error.h"
#include "reconcile/http/url.h"

namespace boost::asio::ssl {
class context;
}

namespace cr::http {

class TlsStream;

/// Opens connections to one place, through a proxy if there is one. References outlive it. One thread.
class Dialer {
 public:
  /// `tls` may be null if `target` is http. `proxy_target` of http requests are sent in absolute form by the
  /// caller. `names` are views of literals.
  Dialer(async::Clock& clock, BaseUrl target, std::optional<Proxy> proxy, boost::asio::ssl::context* tls,
         bool insecure, DialTimeouts timeouts, std::string user_agent, Resolve resolve = resolve_by_system,
         SettingNames names = {});

  /// A stream that is ready for requests, TLS done. Errors say which step failed, and with whom.
  [[nodiscard]] awaitable<TransportResult<std::unique_ptr<Stream>>> dial(Progress& progress);

 private:
  using Socket = boost::asio::ip::tcp::socket;

  awaitable<TransportResult<Endpoints>> resolve(const std::string& host, std::uint16_t port);
  awaitable<TransportResult<Socket>> connect(const std::string& host, std::uint16_t port, Progress& progress);
  awaitable<std::optional<TransportError>> open_tunnel(Stream& stream);
  awaitable<std::optional<TransportError>> shake_hands(TlsStream& stream);

  async::Clock& clock_;
  BaseUrl target_;
  std::optional<Proxy> proxy_;
  boost::asio::ssl::context* tls_;
  bool insecure_;
  DialTimeouts timeouts_;
  std::string user_agent_;
  Resolve resolve_;
  SettingNames names_;
};

}  // namespace cr::http
