#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <future>
#include <map>
#include <thread>

#include "tests/standin/control.h"
#include "tests/standin/exchange.h"
#include "tests/standin/http_text.h"
#include "tests/standin/server.h"
#include "tests/standin/streams.h"
#include "tests/standin/temporary_directory.h"

namespace cr::standin {

namespace net = boost::asio;
namespace ssl = boost::asio::ssl;
namespace http = boost::beast::http;
using boost::system::error_code;
using net::ip::tcp;

inline constexpr std::uint32_t kHeaderLimit = 60 * 1024;  ///< Beast throws for a field of 64 KiB
inline constexpr std::uint64_t kBodyLimit = 8 * 1024 * 1024;

inline Request to_request(const http::request<http::string_body>& message, const std::string& peer) {
  Request request =
      Request::make(std::string(message.method_string()), std::string(message.target()), message.body());
  for (const auto& field : message) {
    request.headers.emplace(lower(std::string_view(field.name_string().data(), field.name_string().size())),
                            std::string(field.value()));
  }
  request.peer = peer;
  return request;
}

/// The sockets of a stand-in: accepts, reads requests, delivers what the exchange makes of them, in a thread
/// of its own from construction to destruction.
class Listener {
 public:
  explicit Listener(const ServerOptions& options)
      : options_(options), exchange(options.age), acceptor_(context_), gate_(context_) {
    if (options_.tls) prepare_tls();
    gate_.expires_at(net::steady_timer::time_point::max());
    bind(options_.port);
    listen();
    thread_ = std::thread([this] { context_.run(); });
  }

  ~Listener() {
    context_.stop();
    thread_.join();
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] bool tls() const { return options_.tls; }
  [[nodiscard]] const TlsFiles& tls_files() const { return tls_files_; }
  [[nodiscard]] std::size_t accepted() const { return accepted_; }

  void listen() {
    acceptor_.listen();
    net::co_spawn(context_, accept_all(), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
  }

  void stop_listening() {
    acceptor_.close();
    // Bound but not listening, the port refuses connects, and nobody else can take it meanwhile.
    bind(port_);
    for (const auto& [number, socket] : connections_) reset(*socket);
  }

  void close_connections() {
    error_code ignored;
    for (const auto& [number, socket] : connections_) socket->close(ignored);
  }

  void open_gate() { gate_.cancel(); }

  /// Runs it in the server's thread and waits for it.
  void run_inside(const std::function<void()>& action) {
    std::promise<void> done;
    net::post(context_, [&] {
      try {
        action();
        done.set_value();
      } catch (...) {
        done.set_exception(std::current_exception());
      }
    });
    done.get_future().get();
  }

  [[nodiscard]] Streams& streams() { return streams_; }

  void set_keep_alive(bool on) { keep_alive_ = on; }
  void set_delay(std::chrono::milliseconds delay) { delay_ = delay; }

 private:
  ServerOptions options_;

 public:
  Exchange exchange;

 private:
  void bind(std::uint16_t port) {
    const tcp::endpoint endpoint(net::ip::address_v4::loopback(), port);
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(net::socket_base::reuse_address(true));
    acceptor_.bind(endpoint);
    port_ = acceptor_.local_endpoint().port();
  }

  static void reset(tcp::socket& socket) {
    error_code ignored;
    socket.set_option(net::socket_base::linger(true, 0), ignored);
    socket.close(ignored);
  }

  void prepare_tls() {
    directory_ = std::make_unique<TemporaryDirectory>();
    tls_files_ = make_tls_files(directory_->path());
    tls_context_.use_certificate_chain_file(tls_files_.server_cert.string());
    tls_context_.use_private_key_file(tls_files_.server_key.string(), ssl::context::pem);
    if (options_.require_client_certificate) {
      tls_context_.load_verify_file(tls_files_.ca_cert.string());
      tls_context_.set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
    }
  }

  net::awaitable<void> accept_all() {
    for (;;) {
      tcp::socket socket(context_);
      error_code error;
      co_await acceptor_.async_accept(socket, net::redirect_error(net::use_awaitable, error));
      if (error == net::error::operation_aborted) co_return;
      if (error) continue;
      const std::size_t number = ++accepted_;
      net::co_spawn(context_, serve(std::move(socket), number), [](std::exception_ptr failure) {
        if (failure) std::rethrow_exception(failure);
      });
    }
  }

  net::awaitable<void> serve(tcp::socket socket, std::size_t number) {
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    if (options_.tls) {
      ssl::stream<tcp::socket> stream(std::move(socket), tls_context_);
      const Registration registration(*this, number, stream.next_layer());
      error_code error;
      co_await stream.async_handshake(ssl::stream_base::server,
                                      net::redirect_error(net::use_awaitable, error));
      if (!error) co_await converse(stream, stream.next_layer(), number);
      if (stream.next_layer().is_open()) {
        co_await stream.async_shutdown(net::redirect_error(net::use_awaitable, error));
      }
    } else {
      const Registration registration(*this, number, socket);
      co_await converse(socket, socket, number);
    }
  }

  template <class Stream>
  net::awaitable<void> converse(Stream& stream, tcp::socket& socket, std::size_t number) {
    boost::beast::flat_buffer buffer;
    error_code error;
    const auto remote = socket.remote_endpoint(error);
    if (error) co_return;
    const std::string peer = remote.address().to_string();
    for (;;) {
      http::request_parser<http::string_body> parser;
      parser.header_limit(kHeaderLimit);
      parser.body_limit(kBodyLimit);
      co_await http::async_read(stream, buffer, parser, net::redirect_error(net::use_awaitable, error));
      if (error == http::error::header_limit) {
        co_await refuse_header(stream, socket);
        co_return;
      }
      if (error) co_return;
      const Request request = to_request(parser.get(), peer);
      const bool keep_alive = parser.get().keep_alive() && keep_alive_;
      if (request.path.starts_with("/standin/")) {
        const HttpText text = to_http(control(exchange, request), keep_alive);
        co_await send(stream, text.head + text.body, error);
      } else {
        const std::size_t place = exchange.arrive(request, number);
        const bool goes_on = co_await reply_to(stream, socket, request, place, keep_alive);
        exchange.finish(place);
        if (!goes_on) co_return;
      }
      if (error || !keep_alive) co_return;
    }
  }

  /// What Go's server says; then it reads on until the client has gone, which would else lose the answer.
  template <class Stream>
  net::awaitable<void> refuse_header(Stream& stream, tcp::socket& socket) {
    const std::string words = "431 Request Header Fields Too Large";
    const std::string bytes = "HTTP/1.1 " + words +
                              "\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n" +
                              words;
    error_code error;
    co_await send(stream, bytes, error);
    socket.shutdown(tcp::socket::shutdown_send, error);
    char scrap[4096];
    while (!error) {
      co_await socket.async_read_some(net::buffer(scrap), net::redirect_error(net::use_awaitable, error));
    }
  }

  /// False when the connection must end.
  template <class Stream>
  net::awaitable<bool> reply_to(Stream& stream, tcp::socket& socket, const Request& request,
                                std::size_t place, bool keep_alive) {
    error_code error;
    while (exchange.is_held(request)) {
      co_await gate_.async_wait(net::redirect_error(net::use_awaitable, error));
    }
    const std::chrono::milliseconds delay = delay_;
    if (delay.count() > 0) {
      net::steady_timer timer(context_, delay);
      co_await timer.async_wait(net::redirect_error(net::use_awaitable, error));
    }
    Outcome outcome = exchange.process(place, request);
    streams_.wake();
    const auto watched = watched_by(outcome.reply);
    const WatchBehaviour behaviour = exchange.watch();
    if (watched && watched->by_socket && !behaviour.sockets) {
      outcome.reply = Reply::not_found();
    } else if (watched && outcome.delivery.kind == Delivery::Kind::whole) {
      if (watched->by_socket) {
        co_await streams_.serve_socket(stream, request, outcome.reply);
      } else {
        co_await streams_.serve(stream, socket, outcome.reply, behaviour);
      }
      co_return false;
    }
    if (outcome.delivery.kind == Delivery::Kind::reset) {
      reset(socket);
      co_return false;
    }
    if (outcome.delivery.kind == Delivery::Kind::hang) {
      char scrap[256];
      while (!error) {
        co_await stream.async_read_some(net::buffer(scrap), net::redirect_error(net::use_awaitable, error));
      }
      co_return false;
    }
    HttpText text = to_http(outcome.reply, keep_alive);
    if (outcome.delivery.kind == Delivery::Kind::truncated) {
      text.body.resize(text.body.size() / 2);
      const std::string bytes = text.head + text.body;
      co_await send(stream, bytes, error);
      co_return false;
    }
    const std::string bytes = text.head + text.body;
    if (outcome.delivery.kind == Delivery::Kind::slow_drip) {
      co_await drip(stream, bytes, outcome.delivery, error);
    } else {
      co_await send(stream, bytes, error);
    }
    co_return !error && keep_alive;
  }

  template <class Stream>
  net::awaitable<void> send(Stream& stream, const std::string bytes, error_code& error) {
    co_await net::async_write(stream, net::buffer(bytes), net::redirect_error(net::use_awaitable, error));
  }

  template <class Stream>
  net::awaitable<void> drip(Stream& stream, const std::string& bytes, Delivery delivery, error_code& error) {
    net::steady_timer timer(context_);
    for (std::size_t at = 0; at < bytes.size() && !error; at += delivery.drip_bytes) {
      const std::size_t size = std::min(delivery.drip_bytes, bytes.size() - at);
      co_await net::async_write(stream, net::buffer(bytes.data() + at, size),
                                net::redirect_error(net::use_awaitable, error));
      if (error) co_return;
      timer.expires_after(delivery.drip_interval);
      co_await timer.async_wait(net::redirect_error(net::use_awaitable, error));
    }
  }

  /// Keeps an open connection within reach of stop_listening() and close_connections().
  class Registration {
   public:
    Registration(Listener& listener, std::size_t number, tcp::socket& socket)
        : listener_(listener), number_(number) {
      listener_.connections_[number_] = &socket;
    }
    ~Registration() { listener_.connections_.erase(number_); }
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;

   private:
    Listener& listener_;
    std::size_t number_;
  };

  std::unique_ptr<TemporaryDirectory> directory_;
  TlsFiles tls_files_;
  ssl::context tls_context_{ssl::context::tls_server};
  std::map<std::size_t, tcp::socket*> connections_;
  std::atomic<std::size_t> accepted_ = 0;
  std::atomic<std::uint16_t> port_ = 0;
  std::atomic<bool> keep_alive_ = true;
  std::atomic<std::chrono::milliseconds> delay_{};
  Streams streams_{context_, exchange};
  // Last but for the thread: destroying it destroys the sessions, which use all of the above.
  net::io_context context_{1};
  // Without it the thread would end while nothing listens and no connection is open.
  net::executor_work_guard<net::io_context::executor_type> work_{context_.get_executor()};
  tcp::acceptor acceptor_;
  net::steady_timer gate_;
  std::thread thread_;
};

}  // namespace cr::standin
