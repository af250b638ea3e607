#include "daemon/http/session.h"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <exception>
#include <optional>
#include <tuple>

#include "daemon/http/foreign.h"
#include "daemon/http/host.h"
#include "daemon/http/place.h"
#include "daemon/http/streaming.h"
#include "reconcile/async/structured.h"

namespace cr::daemon {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using Parser = http::request_parser<http::string_body>;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

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

/// A header field that is looked at for words.
std::string bounded(std::string_view value) {
  constexpr std::size_t kMost = 200;
  return std::string{value.substr(0, kMost)};
}

/// At most this much of what proxies say is kept.
constexpr std::size_t kMostForwarded = 200;
constexpr std::size_t kLongestEventId = 100;

/// What came of a request's header: what the handler needs of it, and why it gets no answer but this.
struct Reading {
  HttpRequest request;
  std::optional<HttpResponse> refused;
};

/// The fields of the header that tell where the request comes from.
struct Fields {
  RequestOrigin origin;
  std::size_t hosts = 0;
  std::string forwarded;
};

Fields read_fields(const Parser::value_type& message) {
  Fields fields;
  for (const auto& field : message) {
    const auto beast_name = field.name_string();
    const std::string_view name(beast_name.data(), beast_name.size());
    const std::string_view value(field.value().data(), field.value().size());
    if (field.name() == http::field::host) {
      ++fields.hosts;
      fields.origin.host = value;
    } else if (field.name() == http::field::origin) {
      // An empty one is no page of ours, and two are none either.
      fields.origin.origin = value.empty() || !fields.origin.origin.empty() ? "null" : value;
    } else if (boost::beast::iequals(name, "Sec-Fetch-Site")) {
      fields.origin.fetch_site = value.empty() || !fields.origin.fetch_site.empty() ? "cross-site" : value;
    } else if (is_mark_of_proxy(name)) {
      fields.origin.proxied = true;
      if (fields.forwarded.size() < kMostForwarded) {
        fields.forwarded += fields.forwarded.empty() ? "" : ", ";
        fields.forwarded += std::string{name} + ": " + std::string{value};
      }
    }
  }
  if (fields.forwarded.size() > kMostForwarded) fields.forwarded.resize(kMostForwarded);
  return fields;
}

/// Why the server does not answer to the name by which it is called.
std::optional<HttpResponse> refuse_host(std::string_view authority, const AllowedHosts& hosts) {
  const auto host = host_of_authority(authority);
  if (!host) return error_response(400, "invalid Host header");
  if (hosts.allows(*host)) return std::nullopt;
  return error_response(
      421, "unknown host \"" + *host + "\"; use the server's IP address, or add the name to --allowed-hosts");
}

HttpResponse too_many_streams() {
  HttpResponse response = error_response(503, "too many clients follow already; retry in 15 seconds");
  response.headers.emplace_back("Retry-After", "15");
  return response;
}

HttpResponse no_such_method(std::string_view method) {
  HttpResponse response = error_response(405, "method " + std::string{method} + " not allowed");
  response.headers.emplace_back("Allow", "GET, HEAD, POST");
  return response;
}

Reading read_header(const Parser::value_type& message, const asio::ip::address& peer,
                    const AllowedHosts& hosts) {
  Reading reading;
  HttpRequest& request = reading.request;
  Fields fields = read_fields(message);
  fields.origin.from_loopback = is_loopback(peer);
  request.method = message.method_string();
  request.bearer_token = bearer_of(message[http::field::authorization]);
  request.peer = peer.to_string();
  request.content_type = bounded(message[http::field::content_type]);
  request.accept = bounded(message[http::field::accept]);
  const auto event_id = message["Last-Event-ID"];
  request.last_event_id.assign(event_id.data(), std::min(event_id.size(), kLongestEventId));
  request.forwarded = std::move(fields.forwarded);
  request.local = is_local(fields.origin);
  request.foreign = is_foreign(fields.origin, hosts);

  if (fields.hosts > 1) {
    reading.refused = error_response(400, "more than one Host header");
    return reading;
  }
  if (fields.hosts == 0 && message.version() >= 11) {
    reading.refused = error_response(400, "missing Host header");
    return reading;
  }
  std::string_view target(message.target().data(), message.target().size());
  // What the target names counts, whatever the Host header says.
  const auto absolute = take_authority(target);
  if (absolute) {
    reading.refused = refuse_host(*absolute, hosts);
  } else if (fields.hosts == 1) {
    reading.refused = refuse_host(fields.origin.host, hosts);
  }
  if (reading.refused) return reading;
  if (message.method() == http::verb::connect || target == "*") {
    reading.refused = no_such_method(request.method);
    return reading;
  }
  const bool rooted = target.starts_with('/') || !absolute;
  const bool good = rooted ? parse_target(target, request) : parse_target('/' + std::string{target}, request);
  if (!good) {
    reading.refused = error_response(400, "invalid request target");
    return reading;
  }
  const auto expected = message[http::field::expect];
  if (!expected.empty() && !boost::beast::iequals(expected, "100-continue")) {
    reading.refused = error_response(417, "unsupported Expect header; only 100-continue is supported");
  }
  return reading;
}

/// Whether the client waits for a word before it sends the body.
bool waits_for_word(const Parser& parser) {
  return !parser.is_done() && parser.get().version() >= 11 &&
         boost::beast::iequals(parser.get()[http::field::expect], "100-continue");
}

HttpResponse answer(const HttpRequest& request, const ServerParts& parts) {
  try {
    return parts.handler(request);
  } catch (const std::exception& failure) {
    if (parts.on_failure) parts.on_failure(request, failure.what());
  } catch (...) {
    if (parts.on_failure) parts.on_failure(request, "unknown exception");
  }
  return error_response(500, "internal error");
}

/// Takes the body away, which may be large.
std::function<HttpResponse()> make_answer(HttpRequest& request, const ServerParts& parts) {
  std::string body = std::exchange(request.body, {});
  HttpRequest own = request;
  own.body = std::move(body);
  return [request = std::move(own), &parts] { return answer(request, parts); };
}

/// Why a request could not be read, as an answer; nothing if there is nobody to answer.
std::optional<HttpResponse> refusal(const error_code& error) {
  if (error == http::error::header_limit) return error_response(431, "request header too large");
  if (error == http::error::body_limit) return error_response(413, "request body too large");
  if (error == http::error::end_of_stream || error == http::error::partial_message) return std::nullopt;
  if (error.category() == http::make_error_code(http::error::bad_method).category()) {
    return error_response(400, "not an HTTP request");
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

async::awaitable<error_code> read_head(tcp::socket& socket, boost::beast::flat_buffer& buffer,
                                       Parser& parser) {
  auto [error, bytes] = co_await http::async_read_header(socket, buffer, parser, kTuple);
  co_return error;
}

async::awaitable<error_code> read_body(tcp::socket& socket, boost::beast::flat_buffer& buffer,
                                       Parser& parser) {
  if (waits_for_word(parser)) {
    constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
    auto [error, bytes] = co_await asio::async_write(socket, asio::buffer(kGoOn), kTuple);
    if (error) co_return error;
  }
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
                            HttpResponse response, unsigned version, bool keep_alive, bool head_only) {
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
    message.body() = std::move(response.body);
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

/// A request as far as it came. Nothing to say to the client: `refused` is absent and `complete` false.
struct Arrival {
  HttpRequest request;
  std::optional<HttpResponse> refused;
  bool complete = false;
};

/// What one connection works with; all of it outlives the connection.
struct Surroundings {
  async::Clock& clock;
  const ServerLimits& limits;
  const ServerParts& parts;
  ServerShared& shared;
  const asio::ip::address peer;
};

async::awaitable<void> wait_for_turn(const HttpRequest& request, const Surroundings& around) {
  const auto delay = around.parts.delay ? around.parts.delay(request) : std::chrono::nanoseconds{0};
  if (delay > std::chrono::nanoseconds{0}) co_await around.clock.sleep_for(delay);
}

/// Why a large request is not read; nothing: it is.
async::awaitable<std::optional<HttpResponse>> refuse_large(const HttpRequest& request,
                                                           const Surroundings& around) {
  const LargeRequests& large = *around.parts.large;
  co_await wait_for_turn(request, around);
  auto judging = around.shared.lanes.answer(Lane::brief, [request, &large] { return large.admit(request); });
  HttpResponse judged = co_await std::move(judging);
  if (judged.status != 100) co_return std::move(judged);
  co_return std::nullopt;
}

/// The rest of a request whose head is known.
async::awaitable<void> receive_body(tcp::socket& socket, const Surroundings& around,
                                    async::SteadyTime deadline, boost::beast::flat_buffer& buffer,
                                    Parser& parser, Arrival& arrival) {
  auto reading = read_body(socket, buffer, parser);
  const auto body = co_await async::with_deadline(around.clock, deadline, std::move(reading));
  if (!body) co_return;
  if (*body) {
    arrival.refused = refusal(*body);
    co_return;
  }
  arrival.request.body = std::move(parser.get().body());
  arrival.complete = true;
}

async::awaitable<void> receive_large(tcp::socket& socket, const Surroundings& around, async::SteadyTime begun,
                                     boost::beast::flat_buffer& buffer, Parser& parser, Arrival& arrival) {
  const LargeRequests& large = *around.parts.large;
  // First, so that nobody takes a place who may not have it.
  auto judging = refuse_large(arrival.request, around);
  arrival.refused = co_await std::move(judging);
  if (arrival.refused) co_return;
  if (around.shared.large_requests >= large.at_a_time) {
    arrival.refused = error_response(429, "busy with other requests of this size; retry in a few seconds");
    arrival.refused->headers.emplace_back("Retry-After", "5");
    co_return;
  }
  const Place place(around.shared.large_requests);
  auto receiving = receive_body(socket, around, begun + large.request, buffer, parser, arrival);
  co_await std::move(receiving);
}

async::awaitable<Arrival> receive(tcp::socket& socket, const Surroundings& around,
                                  boost::beast::flat_buffer& buffer, Parser& parser) {
  Arrival arrival;
  const async::SteadyTime begun = around.clock.now();
  const async::SteadyTime deadline = begun + around.limits.request;
  const std::optional<LargeRequests>& large = around.parts.large;
  // A length that is announced is judged with the head; which requests may be large is known after it.
  parser.body_limit(large ? std::max(large->body_bytes, around.limits.body_bytes) : around.limits.body_bytes);
  auto reading_head = read_head(socket, buffer, parser);
  const auto head = co_await async::with_deadline(around.clock, deadline, std::move(reading_head));
  if (!head) co_return arrival;
  if (*head) {
    arrival.refused = refusal(*head);
    co_return arrival;
  }
  Reading reading = read_header(parser.get(), around.peer, around.parts.hosts);
  arrival.request = std::move(reading.request);
  arrival.refused = std::move(reading.refused);
  if (arrival.refused) co_return arrival;
  if (large && large->is_one(arrival.request)) {
    auto receiving = receive_large(socket, around, begun, buffer, parser, arrival);
    co_await std::move(receiving);
    co_return arrival;
  }
  const auto announced = parser.content_length();
  if (announced && *announced > around.limits.body_bytes) {
    arrival.refused = refusal(http::error::body_limit);
    co_return arrival;
  }
  parser.body_limit(around.limits.body_bytes);
  auto receiving = receive_body(socket, around, deadline, buffer, parser, arrival);
  co_await std::move(receiving);
  co_return arrival;
}

/// Asks for the end of what nobody waits for any more: the client has gone, or this is cancelled. Never
/// returns by itself.
async::awaitable<void> watch_client(tcp::socket& socket, async::Clock& clock, std::stop_source& stop) {
  struct AtEnd {
    std::stop_source& stop;
    ~AtEnd() { stop.request_stop(); }
  };
  const AtEnd at_end{stop};
  auto readable = wait_readable(socket);
  const error_code error = co_await std::move(readable);
  error_code failed;
  // What it has sent already of its next request is no end.
  if (error || socket.available(failed) == 0) stop.request_stop();
  co_await clock.sleep_until(async::SteadyTime::max());
}

async::awaitable<void> keep(async::awaitable<HttpResponse> making, std::optional<HttpResponse>& into) {
  into.emplace(co_await std::move(making));
}

async::awaitable<HttpResponse> make_response(tcp::socket& socket, const Surroundings& around,
                                             HttpRequest& request) {
  const Lane lane = around.parts.lane ? around.parts.lane(request) : Lane::at_once;
  if (lane != Lane::one_at_a_time) {
    auto making = around.shared.lanes.answer(lane, make_answer(request, around.parts));
    co_return co_await std::move(making);
  }
  std::stop_source stop;
  request.abandoned = stop.get_token();
  std::optional<HttpResponse> response;
  auto making = keep(around.shared.lanes.answer(lane, make_answer(request, around.parts)), response);
  auto watching = watch_client(socket, around.clock, stop);
  co_await async::until_first_ends(std::move(making), std::move(watching));
  co_return std::move(*response);
}

}  // namespace

bool makes_room_before(const SessionActivity& a, const SessionActivity& b) {
  return std::tie(a.turn, a.since) < std::tie(b.turn, b.since);
}

async::awaitable<void> serve_connection(tcp::socket socket, async::Clock& clock, const ServerLimits& limits,
                                        const ServerParts& parts, ServerShared& shared,
                                        SessionActivity& activity) {
  error_code ignored;
  const Surroundings around{clock, limits, parts, shared, socket.remote_endpoint(ignored).address()};
  socket.set_option(tcp::no_delay(true), ignored);
  boost::beast::flat_buffer buffer(limits.header_bytes + limits.body_bytes);
  while (true) {
    activity = {SessionActivity::Turn::clients, clock.now()};
    if (buffer.size() == 0) {
      auto readable = wait_readable(socket);
      const auto error = co_await async::with_deadline(clock, clock.now() + limits.idle, std::move(readable));
      if (!error || *error) co_return;
    }
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(limits.header_bytes));
    auto receiving = receive(socket, around, buffer, parser);
    Arrival arrival = co_await std::move(receiving);
    if (!arrival.complete && !arrival.refused) co_return;
    HttpResponse response;
    if (arrival.complete) {
      // A large one has waited before it was judged.
      const bool is_large = parts.large && parts.large->is_one(arrival.request);
      if (!is_large) co_await wait_for_turn(arrival.request, around);
      // Nobody waits for this client now, so it makes no room for others.
      activity = {SessionActivity::Turn::ours, clock.now()};
      auto making = make_response(socket, around, arrival.request);
      response = co_await std::move(making);
    } else {
      response = std::move(*arrival.refused);
    }
    if (response.stream && shared.streams >= limits.streams) response = too_many_streams();
    if (parts.on_answer) parts.on_answer(arrival.request, response.status);
    if (response.stream) {
      const Place place(shared.streams);
      activity = {SessionActivity::Turn::nobodys, clock.now()};
      auto streaming = send_stream(socket, clock, limits, std::move(response));
      co_await std::move(streaming);
      co_return;
    }
    // Of a request that was not read whole nobody knows where the next one begins.
    const bool keep_alive = arrival.complete && parser.get().keep_alive();
    const bool head_only = parser.is_header_done() && parser.get().method() == http::verb::head;
    const unsigned http_version = parser.is_header_done() ? parser.get().version() : 11;
    activity = {SessionActivity::Turn::clients, clock.now()};
    auto sending = send(socket, clock, limits, std::move(response), http_version, keep_alive, head_only);
    const bool sent = co_await std::move(sending);
    if (!sent) co_return;
    if (!keep_alive) {
      auto rest = discard(socket);
      co_await async::with_deadline(clock, clock.now() + std::chrono::seconds{2}, std::move(rest));
      co_return;
    }
  }
}

}  // namespace cr::daemon
