#include "tests/support/scripted_server.h"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cctype>
#include <optional>
#include <utility>

#include "reconcile/async/structured.h"

namespace cr::testing {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::ip::tcp;

constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);

/// Whoever started this server looks at what came of it; how a connection ended is the client's affair.
void ignore(std::exception_ptr) {}

std::size_t body_length(const std::string& head) {
  const std::string length = header_of(head, "Content-Length");
  return length == "(none)" ? 0 : std::stoul(length);
}

template <class Stream>
awaitable<std::optional<std::string>> read_request(Stream& stream, std::string& buffer) {
  std::array<char, 16384> chunk;
  while (true) {
    const std::size_t end = buffer.find("\r\n\r\n");
    if (end != std::string::npos) {
      const std::size_t whole = end + 4 + body_length(buffer.substr(0, end + 4));
      if (buffer.size() >= whole) {
        std::string request = buffer.substr(0, whole);
        buffer.erase(0, whole);
        co_return request;
      }
    }
    auto [failed, size] = co_await stream.async_read_some(asio::buffer(chunk), kAsTuple);
    if (failed) co_return std::nullopt;
    buffer.append(chunk.data(), size);
  }
}

template <class Stream>
awaitable<void> carry(Stream& from, tcp::socket& to) {
  std::array<char, 16384> chunk;
  while (true) {
    auto [failed, size] = co_await from.async_read_some(asio::buffer(chunk), kAsTuple);
    if (failed) co_return;
    auto [refused, written] = co_await asio::async_write(to, asio::buffer(chunk.data(), size), kAsTuple);
    if (refused) co_return;
  }
}

awaitable<void> tunnel(tcp::socket& socket, std::uint16_t port) {
  tcp::socket other(socket.get_executor());
  const tcp::endpoint target(asio::ip::address_v4::loopback(), port);
  co_await other.async_connect(target, asio::use_awaitable);
  auto there = carry(socket, other);
  auto back = carry(other, socket);
  co_await async::until_first_ends(std::move(there), std::move(back));
}

tcp::socket& lowest(tcp::socket& socket) {
  return socket;
}
tcp::socket& lowest(asio::ssl::stream<tcp::socket>& stream) {
  return stream.next_layer();
}

}  // namespace

struct ScriptedServer::State {
  explicit State(asio::io_context& context)
      : acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {}

  tcp::acceptor acceptor;
  std::optional<asio::ssl::context> tls;
  std::deque<Script> scripts;
  std::string answer;
  std::vector<std::string> requests;
  std::size_t connections = 0;
  std::size_t flooded = 0;
};

namespace {

template <class State, class Stream>
awaitable<void> play(std::shared_ptr<State> state, Stream& stream, ScriptedServer::Script script) {
  std::string buffer;
  for (const Step& step : script) {
    switch (step.kind) {
      case Step::Kind::receive: {
        auto request = co_await read_request(stream, buffer);
        if (!request) co_return;
        state->requests.push_back(std::move(*request));
        break;
      }
      case Step::Kind::send: {
        const auto bytes = asio::buffer(step.bytes);
        co_await asio::async_write(stream, bytes, kAsTuple);
        break;
      }
      case Step::Kind::answer: {
        const std::string made = step.make(state->requests.back());
        const auto bytes = asio::buffer(made);
        co_await asio::async_write(stream, bytes, kAsTuple);
        break;
      }
      case Step::Kind::flood: {
        std::string many = step.bytes;
        while (many.size() < 60'000) many += step.bytes;
        const auto bytes = asio::buffer(many);
        while (true) {
          auto [failed, size] = co_await asio::async_write(stream, bytes, kAsTuple);
          state->flooded += size;
          if (failed) co_return;
        }
      }
      case Step::Kind::close:
        co_return;
      case Step::Kind::reset: {
        lowest(stream).set_option(asio::socket_base::linger(true, 0));
        lowest(stream).close();
        co_return;
      }
      case Step::Kind::tunnel:
        co_await tunnel(lowest(stream), step.port);
        co_return;
    }
  }
  while (true) {
    auto request = co_await read_request(stream, buffer);
    if (!request) co_return;
    state->requests.push_back(std::move(*request));
    const auto bytes = asio::buffer(state->answer);
    if (!state->answer.empty()) co_await asio::async_write(stream, bytes, kAsTuple);
  }
}

template <class State>
awaitable<void> serve(std::shared_ptr<State> state, tcp::socket socket, ScriptedServer::Script script) {
  if (!state->tls) {
    co_await play(state, socket, std::move(script));
    co_return;
  }
  asio::ssl::stream<tcp::socket> stream(std::move(socket), *state->tls);
  auto [failed] = co_await stream.async_handshake(asio::ssl::stream_base::server, kAsTuple);
  if (!failed) co_await play(state, stream, std::move(script));
}

template <class State>
awaitable<void> accept_all(std::shared_ptr<State> state) {
  while (true) {
    auto [failed, socket] = co_await state->acceptor.async_accept(kAsTuple);
    if (failed) co_return;
    ++state->connections;
    ScriptedServer::Script script;
    if (!state->scripts.empty()) {
      script = std::move(state->scripts.front());
      state->scripts.pop_front();
    }
    auto work = serve(state, std::move(socket), std::move(script));
    asio::co_spawn(state->acceptor.get_executor(), std::move(work), ignore);
  }
}

}  // namespace

Step receive() {
  return Step{};
}

Step send(std::string bytes) {
  Step step;
  step.kind = Step::Kind::send;
  step.bytes = std::move(bytes);
  return step;
}

Step answer(std::function<std::string(const std::string& request)> make) {
  Step step;
  step.kind = Step::Kind::answer;
  step.make = std::move(make);
  return step;
}
Step flood(std::string bytes) {
  Step step;
  step.kind = Step::Kind::flood;
  step.bytes = std::move(bytes);
  return step;
}

Step close() {
  Step step;
  step.kind = Step::Kind::close;
  return step;
}

Step reset() {
  Step step;
  step.kind = Step::Kind::reset;
  return step;
}

Step tunnel_to(std::uint16_t port) {
  Step step;
  step.kind = Step::Kind::tunnel;
  step.port = port;
  return step;
}

std::string json_answer(int status, const std::string& body, const std::string& headers) {
  return "HTTP/1.1 " + std::to_string(status) +
         " Whatever\r\nContent-Type: application/json; charset=utf-8\r\nX-Coder-Request-Id: "
         "a-request-id\r\n" +
         headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

ScriptedServer::ScriptedServer(asio::io_context& context) : state_(std::make_shared<State>(context)) {
  auto work = accept_all(state_);
  asio::co_spawn(context, std::move(work), ignore);
}

ScriptedServer::ScriptedServer(asio::io_context& context, const std::string& cert_file,
                               const std::string& key_file, const std::string& client_ca_file)
    : ScriptedServer(context) {
  asio::ssl::context& tls = state_->tls.emplace(asio::ssl::context::tls_server);
  tls.use_certificate_chain_file(cert_file);
  tls.use_private_key_file(key_file, asio::ssl::context::pem);
  if (!client_ca_file.empty()) {
    tls.load_verify_file(client_ca_file);
    tls.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
  }
}

ScriptedServer::~ScriptedServer() {
  stop();
}

void ScriptedServer::script(Script script) {
  state_->scripts.push_back(std::move(script));
}
void ScriptedServer::answer_all(std::string bytes) {
  state_->answer = std::move(bytes);
}
std::uint16_t ScriptedServer::port() const {
  return state_->acceptor.local_endpoint().port();
}
const std::vector<std::string>& ScriptedServer::requests() const {
  return state_->requests;
}
std::size_t ScriptedServer::connections() const {
  return state_->connections;
}
std::size_t ScriptedServer::flooded() const {
  return state_->flooded;
}

void ScriptedServer::stop() {
  boost::system::error_code ignored;
  state_->acceptor.close(ignored);
}

std::string request_line(const std::string& request) {
  return request.substr(0, request.find("\r\n"));
}

std::string header_of(const std::string& request, const std::string& name) {
  const std::size_t end = request.find("\r\n\r\n");
  for (std::size_t line = request.find("\r\n"); line < end; line = request.find("\r\n", line + 2)) {
    const std::size_t start = line + 2;
    const bool same = start + name.size() < end && request[start + name.size()] == ':' &&
                      std::equal(name.begin(), name.end(), request.begin() + static_cast<long>(start),
                                 [](char a, char b) { return std::tolower(a) == std::tolower(b); });
    if (!same) continue;
    const std::size_t value = request.find_first_not_of(' ', start + name.size() + 1);
    return request.substr(value, request.find("\r\n", value) - value);
  }
  return "(none)";
}

std::string body_of(const std::string& request) {
  const std::size_t end = request.find("\r\n\r\n");
  return end == std::string::npos ? "" : request.substr(end + 4);
}

}  // namespace cr::testing
