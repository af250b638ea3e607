#include "tests/standin/proxy.h"

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/detail/base64.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <mutex>
#include <thread>

namespace cr::standin {

namespace net = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using net::ip::tcp;

namespace {

std::string to_base64(const std::string& text) {
  std::string encoded(boost::beast::detail::base64::encoded_size(text.size()), '\0');
  encoded.resize(boost::beast::detail::base64::encode(encoded.data(), text.data(), text.size()));
  return encoded;
}

/// "host:port" with 80 where no port is named.
std::pair<std::string, std::string> split_authority(const std::string& authority) {
  const std::size_t colon = authority.rfind(':');
  if (colon == std::string::npos) return {authority, "80"};
  return {authority.substr(0, colon), authority.substr(colon + 1)};
}

net::awaitable<void> pump(tcp::socket& from, tcp::socket& to) {
  std::array<char, 16384> buffer{};
  error_code error;
  for (;;) {
    const std::size_t size =
        co_await from.async_read_some(net::buffer(buffer), net::redirect_error(net::use_awaitable, error));
    if (error) break;
    co_await net::async_write(to, net::buffer(buffer.data(), size),
                              net::redirect_error(net::use_awaitable, error));
    if (error) break;
  }
  error_code ignored;
  to.shutdown(tcp::socket::shutdown_send, ignored);
}

net::awaitable<bool> connect(tcp::socket& socket, const std::string& authority) {
  const auto [host, port] = split_authority(authority);
  tcp::resolver resolver(socket.get_executor());
  error_code error;
  const auto endpoints =
      co_await resolver.async_resolve(host, port, net::redirect_error(net::use_awaitable, error));
  if (error) co_return false;
  co_await net::async_connect(socket, endpoints, net::redirect_error(net::use_awaitable, error));
  co_return !error;
}

net::awaitable<void> refuse(tcp::socket& client, int status, const std::string& header) {
  const std::string text =
      "HTTP/1.1 " + std::to_string(status) + " Refused\r\nContent-Length: 0\r\n" + header + "\r\n";
  error_code error;
  co_await net::async_write(client, net::buffer(text), net::redirect_error(net::use_awaitable, error));
}

}  // namespace

class Proxy::Impl {
 public:
  explicit Impl(std::string credentials) : credentials_(std::move(credentials)), acceptor_(context_) {
    const tcp::endpoint endpoint(net::ip::address_v4::loopback(), 0);
    acceptor_.open(endpoint.protocol());
    acceptor_.bind(endpoint);
    acceptor_.listen();
    port_ = acceptor_.local_endpoint().port();
    net::co_spawn(context_, accept_all(), &rethrow);
    thread_ = std::thread([this] { context_.run(); });
  }

  ~Impl() {
    context_.stop();
    thread_.join();
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::vector<std::string> tunnels() const {
    const std::scoped_lock lock(mutex_);
    return tunnels_;
  }
  [[nodiscard]] std::vector<std::string> forwarded() const {
    const std::scoped_lock lock(mutex_);
    return forwarded_;
  }
  [[nodiscard]] std::size_t unauthorized() const { return unauthorized_; }
  void refuse_tunnels(int status) { refusal_ = status; }

 private:
  using Parser = http::request_parser<http::string_body>;

  static void rethrow(std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  }

  net::awaitable<void> accept_all() {
    for (;;) {
      tcp::socket socket(context_);
      error_code error;
      co_await acceptor_.async_accept(socket, net::redirect_error(net::use_awaitable, error));
      if (!error) net::co_spawn(context_, serve(std::move(socket)), &rethrow);
    }
  }

  [[nodiscard]] bool lets_in(const http::request<http::string_body>& request) const {
    return credentials_.empty() ||
           std::string(request[http::field::proxy_authorization]) == "Basic " + to_base64(credentials_);
  }

  net::awaitable<void> serve(tcp::socket client) {
    boost::beast::flat_buffer buffer;
    error_code error;
    for (;;) {
      Parser parser;
      parser.header_limit(256 * 1024);
      // A CONNECT request has no body, and what follows it belongs to the tunnel.
      co_await http::async_read_header(client, buffer, parser,
                                       net::redirect_error(net::use_awaitable, error));
      if (error) co_return;
      if (!lets_in(parser.get())) {
        ++unauthorized_;
        const std::string header = "Proxy-Authenticate: Basic realm=\"stand-in\"\r\n";
        co_await refuse(client, 407, header);
        co_return;
      }
      if (parser.get().method() == http::verb::connect) {
        co_await tunnel(client, std::string(parser.get().target()));
        co_return;
      }
      co_await http::async_read(client, buffer, parser, net::redirect_error(net::use_awaitable, error));
      if (error) co_return;
      const bool goes_on = co_await forward(client, parser.release());
      if (!goes_on) co_return;
    }
  }

  net::awaitable<void> tunnel(tcp::socket& client, std::string authority) {
    {
      const std::scoped_lock lock(mutex_);
      tunnels_.push_back(authority);
    }
    const std::string no_header;
    const int refusal = refusal_;
    if (refusal != 0) {
      co_await refuse(client, refusal, no_header);
      co_return;
    }
    tcp::socket upstream(context_);
    const bool connected = co_await connect(upstream, authority);
    if (!connected) {
      co_await refuse(client, 502, no_header);
      co_return;
    }
    const std::string established = "HTTP/1.1 200 Connection established\r\n\r\n";
    error_code error;
    co_await net::async_write(client, net::buffer(established),
                              net::redirect_error(net::use_awaitable, error));
    if (error) co_return;
    using net::experimental::awaitable_operators::operator&&;
    co_await (pump(client, upstream) && pump(upstream, client));
  }

  net::awaitable<bool> forward(tcp::socket& client, http::request<http::string_body> request) {
    const std::string url(request.target());
    const std::string no_header;
    {
      const std::scoped_lock lock(mutex_);
      forwarded_.push_back(url);
    }
    constexpr std::string_view kScheme = "http://";
    if (!url.starts_with(kScheme)) {
      co_await refuse(client, 400, no_header);
      co_return false;
    }
    const std::string rest = url.substr(kScheme.size());
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    tcp::socket upstream(context_);
    const bool connected = co_await connect(upstream, rest.substr(0, slash));
    if (!connected) {
      co_await refuse(client, 502, no_header);
      co_return false;
    }
    request.target(slash == rest.size() ? "/" : rest.substr(slash));
    request.erase(http::field::proxy_authorization);
    error_code error;
    co_await http::async_write(upstream, request, net::redirect_error(net::use_awaitable, error));
    if (error) co_return false;
    boost::beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(boost::none);
    co_await http::async_read(upstream, buffer, parser, net::redirect_error(net::use_awaitable, error));
    if (error) co_return false;
    http::response<http::string_body> response = parser.release();
    co_await http::async_write(client, response, net::redirect_error(net::use_awaitable, error));
    co_return !error && response.keep_alive();
  }

  std::string credentials_;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> tunnels_;
  std::vector<std::string> forwarded_;
  std::atomic<std::size_t> unauthorized_ = 0;
  std::atomic<int> refusal_ = 0;
  // Last but for the thread: destroying it destroys the sessions, which use all of the above.
  net::io_context context_{1};
  tcp::acceptor acceptor_;
  std::thread thread_;
};

Proxy::Proxy(std::string credentials) : impl_(std::make_unique<Impl>(std::move(credentials))) {}
Proxy::~Proxy() = default;
std::uint16_t Proxy::port() const {
  return impl_->port();
}
std::string Proxy::url() const {
  return "http://127.0.0.1:" + std::to_string(port());
}
std::vector<std::string> Proxy::tunnels() const {
  return impl_->tunnels();
}
std::vector<std::string> Proxy::forwarded() const {
  return impl_->forwarded();
}
std::size_t Proxy::unauthorized() const {
  return impl_->unauthorized();
}
void Proxy::refuse_tunnels(int status) {
  impl_->refuse_tunnels(status);
}

}  // namespace cr::standin
