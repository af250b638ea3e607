#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/system/result.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "daemon/config/config.h"
#include "daemon/http/host.h"
#include "daemon/http/lanes.h"
#include "daemon/http/message.h"
#include "reconcile/async/clock.h"

namespace cr::daemon {

/// What a client may cost.
struct ServerLimits {
  std::size_t connections = 64;
  std::size_t header_bytes = 8 * 1024;
  std::size_t body_bytes = 16 * 1024;
  std::size_t waiting = 32;  ///< answers in each lane that are not made yet; others are refused with 503
  std::chrono::nanoseconds idle = std::chrono::seconds{60};     ///< between two requests of a connection
  std::chrono::nanoseconds request = std::chrono::seconds{10};  ///< from a request's first byte to its last
  std::chrono::nanoseconds response =
      std::chrono::seconds{30};  ///< until the client has taken the whole answer, or one piece of a stream
  std::size_t streams = 16;      ///< answers without an end; further ones are refused with 503
  std::chrono::nanoseconds look = std::chrono::milliseconds{500};  ///< for what is new to a stream
  std::chrono::nanoseconds heartbeat = std::chrono::seconds{15};   ///< of a stream that is silent
  /// After which a stream ends and its client comes again, with the token that counts by then.
  std::chrono::nanoseconds longest_stream = std::chrono::hours{1};
};

/// How many connections a process may serve that may have so many descriptors open: at most an eighth, so
/// that there is always one for a spec and for Coder, and at least two.
[[nodiscard]] std::size_t connections_within(std::size_t descriptors, std::size_t wanted);
/// How many of these may be streams, which stay: at most a quarter, so that others get an answer; none where
/// there are fewer than four.
[[nodiscard]] std::size_t streams_within(std::size_t connections, std::size_t wanted);
/// The soft RLIMIT_NOFILE of this process.
[[nodiscard]] std::size_t descriptor_limit();

/// Why it can't listen, with a remedy.
class ListenError {
 public:
  ListenError() = default;
  explicit ListenError(std::string message) : message_(std::move(message)) {}
  [[nodiscard]] const std::string& message() const { return message_; }

 private:
  std::string message_;
};
[[noreturn]] void throw_exception_from_error(const ListenError& error, const boost::source_location& where);

/// Requests that may be larger, and take longer to arrive, than others.
struct LargeRequests {
  std::size_t body_bytes = 0;
  std::chrono::nanoseconds request = std::chrono::seconds{60};  ///< from first byte to last
  std::size_t at_a_time = 2;                                    ///< others are refused with 429
  /// Whether this is one, by its head.
  std::function<bool(const HttpRequest&)> is_one;
  /// Judges the head before anything of the body is read, in the brief lane: 100 lets it go on, every other
  /// answer is the client's.
  std::function<HttpResponse(const HttpRequest&)> admit;
};

/// Who makes the answers, and who hears of them. All but `handler` and `on_failure` is called on the one
/// thread that runs the executor and must not block.
struct ServerParts {
  /// Called on the thread of the request's lane. An exception of it is an answer with status 500.
  std::function<HttpResponse(const HttpRequest&)> handler;
  /// Where the answer is made; absent: all of them at once, on the server's own thread.
  std::function<Lane(const HttpRequest&)> lane{};
  AllowedHosts hosts{};
  std::optional<LargeRequests> large{};
  /// How long a request waits before the handler gets it, or a large one is judged; absent: none does.
  std::function<std::chrono::nanoseconds(const HttpRequest&)> delay{};
  /// Each answer, those that the server gives without the handler included: such a request may be empty.
  std::function<void(const HttpRequest&, int status)> on_answer{};
  /// What the handler threw, on the same thread.
  std::function<void(const HttpRequest&, std::string_view what)> on_failure{};
};

/// A small HTTP/1.1 server. A request has exactly one Host (HTTP/1.0: at most one), and it is one that the
/// server answers to.
///
/// A client that is slow, silent or greedy costs a connection for the times in ServerLimits and nothing else;
/// when all connections are taken, the one that has been waiting longest for its client makes room for the
/// next, and a stream only where none waits.
///
/// An answer with a stream holds its connection and no lane. It ends with its client, with one that takes too
/// long over a piece, after ServerLimits::longest_stream, and when the server ends.
class HttpServer {
 public:
  /// Listens at once, serves when `serve` is awaited. `clock` outlives the server.
  [[nodiscard]] static boost::system::result<HttpServer, ListenError> listen(
      const boost::asio::any_io_executor& executor, const ListenAddress& address, async::Clock& clock,
      ServerParts parts, ServerLimits limits = {});
  ~HttpServer();
  HttpServer(HttpServer&&) noexcept;
  HttpServer& operator=(HttpServer&&) noexcept;

  /// These two from any thread.
  [[nodiscard]] std::uint16_t port() const;
  /// "127.0.0.1:9466", "[::]:9466"
  [[nodiscard]] std::string address() const;

  /// Whether it can be reached from other machines.
  [[nodiscard]] bool beyond_loopback() const;

  /// Accepts and answers until it is cancelled; then ends every connection, waits until they have unwound and
  /// throws operation_aborted. The server must outlive the call.
  [[nodiscard]] async::awaitable<void> serve();

 private:
  struct State;
  explicit HttpServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace cr::daemon
