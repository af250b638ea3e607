#include "daemon/http/server.h"

#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <limits>
#include <list>
#include <stdexcept>

#include "daemon/http/session.h"
#include "reconcile/async/structured.h"

namespace cr::daemon {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

std::string text_of(const tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? '[' + host + ']' : host) + ':' + std::to_string(endpoint.port());
}

/// Opens, binds and listens on one address.
error_code open(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  // "Every interface" means those of IPv4 too.
  if (!error && endpoint.address().is_v6() && endpoint.address().is_unspecified()) {
    acceptor.set_option(asio::ip::v6_only(false), error);
  }
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    error_code ignored;
    acceptor.close(ignored);
  }
  return error;
}

}  // namespace

struct HttpServer::State {
  State(const asio::any_io_executor& executor, async::Clock& clock_, ServerParts parts_, ServerLimits limits_)
      : acceptor(executor),
        clock(clock_),
        parts(std::move(parts_)),
        limits(limits_),
        shared{.lanes = Lanes(limits_.waiting)},
        ended(executor, 1) {}

  struct Connection {
    asio::cancellation_signal stop;
    bool stopping = false;
    SessionActivity activity;
  };

  /// Stops the connection that has been waiting longest for its client.
  void make_room() {
    Connection* oldest = nullptr;
    for (Connection& connection : connections) {
      if (connection.stopping) continue;
      if (oldest == nullptr || makes_room_before(connection.activity, oldest->activity)) oldest = &connection;
    }
    if (oldest != nullptr) stop(*oldest);
  }

  static void stop(Connection& connection) {
    connection.stopping = true;
    connection.stop.emit(asio::cancellation_type::terminal);
  }

  [[nodiscard]] std::size_t live() const {
    return static_cast<std::size_t>(std::ranges::count(connections, false, &Connection::stopping));
  }

  void start(tcp::socket socket) {
    if (live() >= limits.connections) make_room();
    const auto connection = connections.emplace(connections.end());
    connection->activity.since = clock.now();
    auto executor = acceptor.get_executor();
    auto session = serve_connection(std::move(socket), clock, limits, parts, shared, connection->activity);
    auto when_done = [this, connection, executor](const std::exception_ptr&) {
      connection->stopping = true;
      // A connection's failure is its own; the client has gone or was too slow. The signal is still in use by
      // the frame that calls this, so it goes in a turn of its own.
      asio::post(executor, [this, connection] {
        connections.erase(connection);
        ended.try_send(error_code{});
      });
    };
    asio::co_spawn(executor, std::move(session),
                   asio::bind_cancellation_slot(connection->stop.slot(), std::move(when_done)));
  }

  async::awaitable<void> one_ends() { co_await ended.async_receive(asio::as_tuple(asio::use_awaitable)); }

  async::awaitable<void> accept_all() {
    while (true) {
      auto [error, socket] = co_await acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
      if (error == asio::error::operation_aborted) co_return;
      if (error) {
        // Out of descriptors, as a rule: a connection that ends gives one back.
        make_room();
        auto next_end = one_ends();
        auto pause = clock.sleep_for(std::chrono::seconds{1});
        co_await async::until_first_ends(std::move(next_end), std::move(pause));
        continue;
      }
      start(std::move(socket));
    }
  }

  tcp::acceptor acceptor;
  tcp::endpoint local;  ///< never changes, so that others may ask for it
  async::Clock& clock;
  ServerParts parts;
  ServerLimits limits;
  ServerShared shared;
  std::list<Connection> connections;
  asio::experimental::channel<void(error_code)> ended;
};

void throw_exception_from_error(const ListenError& error, const boost::source_location&) {
  throw std::logic_error("unchecked listen error: " + error.message());
}

HttpServer::HttpServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpServer::~HttpServer() = default;
HttpServer::HttpServer(HttpServer&&) noexcept = default;
HttpServer& HttpServer::operator=(HttpServer&&) noexcept = default;

boost::system::result<HttpServer, ListenError> HttpServer::listen(const asio::any_io_executor& executor,
                                                                  const ListenAddress& address,
                                                                  async::Clock& clock, ServerParts parts,
                                                                  ServerLimits limits) {
  auto state = std::make_unique<State>(executor, clock, std::move(parts), limits);
  error_code error;
  std::vector<tcp::endpoint> endpoints;
  if (address.host.empty()) {
    endpoints.emplace_back(tcp::v6(), address.port);
    endpoints.emplace_back(tcp::v4(), address.port);  // where the kernel has no IPv6
  } else if (const auto literal = asio::ip::make_address(address.host, error); !error) {
    endpoints.emplace_back(literal, address.port);
  } else {
    tcp::resolver resolver(executor);
    for (const auto& entry : resolver.resolve(address.host, std::to_string(address.port), error)) {
      endpoints.push_back(entry.endpoint());
    }
  }
  const std::string wanted =
      (address.host.find(':') != std::string::npos ? '[' + address.host + ']' : address.host) + ':' +
      std::to_string(address.port);
  for (const tcp::endpoint& endpoint : endpoints) {
    error = open(state->acceptor, endpoint);
    if (!error) {
      state->local = state->acceptor.local_endpoint();
      return HttpServer(std::move(state));
    }
    if (error == asio::error::address_in_use) break;
  }
  std::string message = "cannot listen on " + wanted + ": " + error.message();
  if (error == asio::error::address_in_use) {
    message += "; another program uses that port: choose another one with --listen, or use --listen off";
  }
  return ListenError(std::move(message));
}

std::size_t connections_within(std::size_t descriptors, std::size_t wanted) {
  return std::clamp<std::size_t>(descriptors / 8, 2, std::max<std::size_t>(wanted, 2));
}

std::size_t streams_within(std::size_t connections, std::size_t wanted) {
  return std::min(connections / 4, wanted);
}

std::size_t descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
    return std::numeric_limits<std::size_t>::max();
  return limit.rlim_cur;
}

bool HttpServer::beyond_loopback() const {
  return !state_->acceptor.local_endpoint().address().is_loopback();
}

std::uint16_t HttpServer::port() const {
  return state_->local.port();
}

std::string HttpServer::address() const {
  return text_of(state_->local);
}

async::awaitable<void> HttpServer::serve() {
  State& state = *state_;
  std::exception_ptr failure;
  try {
    co_await state.accept_all();
  } catch (...) {
    failure = std::current_exception();
  }
  error_code ignored;
  state.acceptor.close(ignored);
  for (auto& connection : state.connections) {
    if (!connection.stopping) State::stop(connection);
  }
  // The connections hold references to this server: they have to be gone, cancelled or not.
  co_await asio::this_coro::throw_if_cancelled(false);
  while (!state.connections.empty()) {
    co_await state.ended.async_receive(asio::as_tuple(asio::use_awaitable));
  }
  co_await asio::this_coro::throw_if_cancelled(true);
  if (failure) std::rethrow_exception(failure);
}

}  // namespace cr::daemon
