#include "daemon/http/session.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <exception>
#include <optional>

#include "daemon/text/escape.h"
#include "reconcile/async/structured.h"

namespace cr::daemon {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using Parser = http::request_parser<http::string_body>;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

HttpResponse error_response(int status, std::string_view message) {
  return {.status = status, .body = "{\"error\":" + quote(message) + "}\n", .headers = {}};
}

bool is_loopback(const asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).is_loopback();
  }
  return address.is_loopback();
}

std::string bearer_of(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (authorization.size() < kScheme.size() ||
      !boost::beast::iequals(authorization.substr(0, kScheme.size()), kScheme)) {
    return {};
  }
  authorization.remove_prefix(kScheme.size());
  while (authorization.starts_with(' ')) authorization.remove_prefix(1);
  return std::string{authorization};
}

/// False if the target is malformed.
bool read_request(const Parser::value_type& message, const asio::ip::address& peer, HttpRequest& into) {
  into.method = message.method_string();
  into.body = message.body();
  into.bearer_token = bearer_of(message[http::field::authorization]);
  // A proxy on this machine speaks for others, and so does a browser for the page that it shows.
  into.local = is_loopback(peer) && message.count("X-Forwarded-For") == 0 &&
               message.count("Forwarded") == 0 && message.count(http::field::origin) == 0;
  return parse_target(message.target(), into);
}

HttpResponse answer(const Parser& parser, const asio::ip::address& peer, const HttpServer::Handler& handler) {
  HttpRequest request;
  if (!read_request(parser.get(), peer, request))
    return error_response(400, "the request target is malformed");
  try {
    return handler(request);
  } catch (const std::exception&) {
    return error_response(500, "internal error");
  }
}

/// Why a request could not be read, as an answer; nothing if there is nobody to answer.
std::optional<HttpResponse> refusal(const error_code& error) {
  if (error == http::error::header_limit) return error_response(431, "the request's header is too large");
  if (error == http::error::body_limit) return error_response(413, "the request's body is too large");
  if (error == http::error::end_of_stream || error == http::error::partial_message) return std::nullopt;
  if (error.category() == http::make_error_code(http::error::bad_method).category()) {
    return error_response(400, "this is no HTTP request");
  }
  return std::nullopt;
}

template <class Message>
void fill_header(Message& message, const HttpResponse& response, unsigned version, bool keep_alive) {
  message.version(version);
  message.result(static_cast<unsigned>(response.status));
  message.set(http::field::content_type, response.content_type);
  message.set(http::field::cache_control, "no-store");
  message.set("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : response.headers) message.set(name, value);
  message.keep_alive(keep_alive);
  message.content_length(response.body.size());
}

async::awaitable<error_code> read_all(tcp::socket& socket, boost::beast::flat_buffer& buffer,
                                      Parser& parser) {
  auto [error, bytes] = co_await http::async_read(socket, buffer, parser, kTuple);
  co_return error;
}

async::awaitable<error_code> wait_readable(tcp::socket& socket) {
  auto [error] = co_await socket.async_wait(tcp::socket::wait_read, kTuple);
  co_return error;
}

template <class Message>
async::awaitable<error_code> write_all(tcp::socket& socket, Message& message) {
  auto [error, bytes] = co_await http::async_write(socket, message, kTuple);
  co_return error;
}

async::awaitable<bool> send(tcp::socket& socket, async::Clock& clock, const ServerLimits& limits,
                            const HttpResponse& response, unsigned version, bool keep_alive, bool head_only) {
  const async::SteadyTime deadline = clock.now() + limits.response;
  std::optional<error_code> error;
  if (head_only) {
    http::response<http::empty_body> message;
    fill_header(message, response, version, keep_alive);
    auto write = write_all(socket, message);
    error = co_await async::with_deadline(clock, deadline, std::move(write));
  } else {
    http::response<http::string_body> message;
    fill_header(message, response, version, keep_alive);
    message.body() = response.body;
    auto write = write_all(socket, message);
    error = co_await async::with_deadline(clock, deadline, std::move(write));
  }
  co_return error && !*error;
}

/// Sends our end and reads what the client still sends, for a moment: closing at once would make the kernel
/// reset the connection, and the client would lose the answer to a request that it has not finished.
async::awaitable<error_code> discard(tcp::socket& socket) {
  error_code ignored;
  socket.shutdown(tcp::socket::shutdown_send, ignored);
  std::array<char, 4096> scrap{};
  std::size_t total = 0;
  constexpr std::size_t kMost = 256 * 1024;
  while (total < kMost) {
    auto [error, bytes] = co_await socket.async_read_some(asio::buffer(scrap), kTuple);
    if (error) co_return error;
    total += bytes;
  }
  co_return error_code{};
}

}  // namespace

async::awaitable<void> serve_connection(tcp::socket socket, async::Clock& clock, const ServerLimits& limits,
                                        const HttpServer::Handler& handler, SessionActivity& activity) {
  error_code ignored;
  const tcp::endpoint peer = socket.remote_endpoint(ignored);
  socket.set_option(tcp::no_delay(true), ignored);
  boost::beast::flat_buffer buffer(limits.header_bytes + limits.body_bytes);
  while (true) {
    activity.waiting_since = clock.now();
    if (buffer.size() == 0) {
      auto readable = wait_readable(socket);
      const auto error = co_await async::with_deadline(clock, clock.now() + limits.idle, std::move(readable));
      if (!error || *error) co_return;
    }
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(limits.header_bytes));
    parser.body_limit(limits.body_bytes);
    auto reading = read_all(socket, buffer, parser);
    const auto error = co_await async::with_deadline(clock, clock.now() + limits.request, std::move(reading));
    if (!error) co_return;
    HttpResponse response;
    bool keep_alive = false;
    bool head_only = false;
    unsigned http_version = 11;
    if (*error) {
      auto refused = refusal(*error);
      if (!refused) co_return;
      response = std::move(*refused);
    } else {
      keep_alive = parser.get().keep_alive();
      head_only = parser.get().method() == http::verb::head;
      http_version = parser.get().version();
      response = answer(parser, peer.address(), handler);
    }
    activity.waiting_since = clock.now();
    const bool sent = co_await send(socket, clock, limits, response, http_version, keep_alive, head_only);
    if (!sent) co_return;
    if (!keep_alive) {
      auto rest = discard(socket);
      co_await async::with_deadline(clock, clock.now() + std::chrono::seconds{2}, std::move(rest));
      co_return;
    }
  }
}

}  // namespace cr::daemon
