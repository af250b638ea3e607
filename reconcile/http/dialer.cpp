#include "reconcile/http/dialer.h"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "reconcile/async/structured.h"
#include "reconcile/http/tcp_stream.h"

namespace cr::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::size_t kTunnelBodyLimit = std::size_t{64} << 10;

std::string shown(std::chrono::milliseconds duration) {
  return duration.count() % 1000 == 0 ? fmt::format("{} s", duration.count() / 1000)
                                      : fmt::format("{} ms", duration.count());
}

TransportError too_late(std::string_view what, std::chrono::milliseconds limit) {
  return TransportError(TransportFault::timeout, fmt::format("{} took longer than {}", what, shown(limit)));
}

std::string host_and_port(const std::string& host, std::uint16_t port) {
  BaseUrl url;
  url.host = host;
  url.port = port;
  return url.host_and_port();
}

awaitable<boost::system::error_code> connect_socket(tcp::socket& socket, tcp::endpoint endpoint) {
  auto [failed] = co_await socket.async_connect(endpoint, asio::as_tuple(asio::use_awaitable));
  if (failed == asio::error::operation_aborted) throw boost::system::system_error(failed);
  co_return failed;
}

}  // namespace

Dialer::Dialer(async::Clock& clock, BaseUrl target, std::optional<Proxy> proxy, asio::ssl::context* tls,
               bool insecure, DialTimeouts timeouts, std::string user_agent, Resolve resolve,
               SettingNames names)
    : clock_(clock),
      target_(std::move(target)),
      proxy_(std::move(proxy)),
      tls_(tls),
      insecure_(insecure),
      timeouts_(timeouts),
      user_agent_(std::move(user_agent)),
      resolve_(std::move(resolve)),
      names_(names) {}

awaitable<TransportResult<std::unique_ptr<Stream>>> Dialer::dial(Progress& progress) {
  const std::string& host = proxy_ ? proxy_->host : target_.host;
  const std::uint16_t port = proxy_ ? proxy_->port : target_.port;
  auto socket = co_await connect(host, port, progress);
  if (!socket) co_return socket.error();
  if (!target_.tls) co_return make_plain_stream(std::move(*socket));

  if (proxy_) {
    progress.doing = "opening a tunnel through the proxy";
    // The tunnel's stream gives its socket back for TLS, so it must not own it.
    auto tunnel = make_borrowed_stream(*socket);
    const auto failed = co_await open_tunnel(*tunnel);
    if (failed) co_return *failed;
  }
  progress.doing = "in the TLS handshake";
  auto stream = make_tls_stream(std::move(*socket), *tls_, target_.host, insecure_, names_);
  if (!stream) {
    co_return TransportError(TransportFault::unreachable,
                             fmt::format("{} is not a name that TLS can verify", target_.host));
  }
  const auto failed = co_await shake_hands(*stream);
  if (failed) co_return *failed;
  co_return std::unique_ptr<Stream>(std::move(stream));
}

awaitable<TransportResult<Endpoints>> Dialer::resolve(const std::string& host, std::uint16_t port) {
  boost::system::error_code no_address;
  const asio::ip::address address = asio::ip::make_address(host, no_address);
  if (!no_address) co_return Endpoints(1, tcp::endpoint(address, port));

  auto work = resolve_(host, port);
  auto found = co_await async::with_deadline(clock_, clock_.now() + timeouts_.resolve, std::move(work));
  if (!found) co_return too_late(fmt::format("resolving {}", host), timeouts_.resolve);
  if (found->has_error()) {
    co_return TransportError(TransportFault::unreachable,
                             fmt::format("cannot resolve {}: {}", host, found->error().message()));
  }
  if ((*found)->empty()) {
    co_return TransportError(TransportFault::unreachable, fmt::format("{} has no address", host));
  }
  co_return std::move(**found);
}

awaitable<TransportResult<Dialer::Socket>> Dialer::connect(const std::string& host, std::uint16_t port,
                                                           Progress& progress) {
  progress.doing = "resolving the name";
  const auto endpoints = co_await resolve(host, port);
  if (!endpoints) co_return endpoints.error();

  progress.doing = "connecting";
  const auto executor = co_await asio::this_coro::executor;
  const std::string peer = proxy_ ? "proxy " + host_and_port(host, port) : host_and_port(host, port);
  TransportError last;
  std::size_t left = endpoints->size();
  const async::SteadyTime end = clock_.now() + timeouts_.connect;
  for (const tcp::endpoint& endpoint : *endpoints) {
    // An address that swallows packets must not use up the time of those behind it.
    const async::SteadyTime now = clock_.now();
    const async::SteadyTime until = now + (end - now) / static_cast<long>(left--);
    tcp::socket socket(executor);
    auto work = connect_socket(socket, endpoint);
    const auto failed = co_await async::with_deadline(clock_, until, std::move(work));
    if (!failed) {
      last = too_late(fmt::format("connecting to {}", peer), timeouts_.connect);
      continue;
    }
    if (*failed) {
      last = TransportError(TransportFault::unreachable,
                            fmt::format("connecting to {}: {}", peer, failed->message()));
      continue;
    }
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    socket.set_option(asio::socket_base::keep_alive(true), ignored);
    co_return std::move(socket);
  }
  co_return last;
}

awaitable<std::optional<TransportError>> Dialer::open_tunnel(Stream& stream) {
  std::string message = fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\nUser-Agent: {1}\r\n",
                                    target_.host_and_port(), user_agent_);
  if (!proxy_->authorization.empty()) {
    message += fmt::format("Proxy-Authorization: {}\r\n", proxy_->authorization);
  }
  message += "\r\n";
  const std::string peer = fmt::format("proxy {}", host_and_port(proxy_->host, proxy_->port));
  // Its own: what goes to the proxy has not reached the server.
  Progress to_proxy;
  Expected expected;
  expected.body_limit = kTunnelBodyLimit;
  expected.head_only = true;
  auto work = exchange(stream, message, expected, to_proxy);
  auto response = co_await async::with_deadline(clock_, clock_.now() + timeouts_.connect, std::move(work));
  if (!response) co_return too_late(fmt::format("opening a tunnel through {}", peer), timeouts_.connect);
  if (response->has_error()) {
    const TransportError& failed = response->error();
    co_return TransportError(failed.fault, fmt::format("{}: {}", peer, failed.message));
  }
  const HttpResponse& answer = **response;
  if (answer.status >= 200 && answer.status < 300) co_return std::nullopt;
  const std::string remedy =
      answer.status == 407
          ? fmt::format(" (set user and password with {}=http://user:password@host:port)", names_.https_proxy)
          : "";
  co_return TransportError(TransportFault::unreachable,
                           fmt::format("{} rejects a tunnel to {}: {} {}{}", peer, target_.host_and_port(),
                                       answer.status, answer.reason, remedy));
}

awaitable<std::optional<TransportError>> Dialer::shake_hands(TlsStream& stream) {
  auto work = stream.handshake();
  const auto failed =
      co_await async::with_deadline(clock_, clock_.now() + timeouts_.handshake, std::move(work));
  if (!failed) {
    co_return too_late(fmt::format("the TLS handshake with {}", target_.host_and_port()),
                       timeouts_.handshake);
  }
  if (!*failed) co_return std::nullopt;
  // Some servers of plain HTTP say nothing to what is no HTTP.
  const bool hung_up = *failed == asio::ssl::error::stream_truncated || *failed == asio::error::eof ||
                       *failed == asio::error::connection_reset || *failed == asio::error::broken_pipe;
  if (hung_up) {
    co_return TransportError(
        TransportFault::unreachable,
        fmt::format("TLS with {0}: it closed the connection during the handshake; if this port speaks plain "
                    "HTTP, {1} must begin with http://",
                    target_.host_and_port(), names_.url));
  }
  co_return TransportError(TransportFault::unreachable,
                           fmt::format("TLS with {}: {}", target_.host_and_port(), stream.describe(*failed)));
}

}  // namespace cr::http
