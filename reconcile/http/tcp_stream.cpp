#include "reconcile/http/tcp_stream.h"

#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "reconcile/http/tls.h"

namespace cr::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);

boost::system::result<std::size_t> outcome(const boost::system::error_code& failed, std::size_t size) {
  // Cancellation is no failure of the network: it must not end up in a report as one.
  if (failed == asio::error::operation_aborted) throw boost::system::system_error(failed);
  if (failed) return failed;
  return size;
}

bool has_something_to_say(tcp::socket& socket) {
  char byte = 0;
  const auto got = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

/// `Socket` is a socket or a reference to one.
template <class Socket>
class PlainStream final : public Stream {
 public:
  explicit PlainStream(Socket socket) : socket_(std::forward<Socket>(socket)) {}

  awaitable<boost::system::result<std::size_t>> read_some(asio::mutable_buffer into) override {
    auto [failed, size] = co_await socket_.async_read_some(into, kAsTuple);
    co_return outcome(failed, size);
  }
  awaitable<boost::system::result<std::size_t>> write(asio::const_buffer from) override {
    auto [failed, size] = co_await asio::async_write(socket_, from, kAsTuple);
    co_return outcome(failed, size);
  }
  bool looks_dead() override { return has_something_to_say(socket_); }
  std::string describe(const boost::system::error_code& failed) override { return failed.message(); }

 private:
  Socket socket_;
};

class TlsStreamOverTcp final : public TlsStream {
 public:
  TlsStreamOverTcp(tcp::socket socket, asio::ssl::context& context, std::string host,
                   const SettingNames& names)
      : stream_(std::move(socket), context), host_(std::move(host)), names_(names) {}

  awaitable<boost::system::error_code> handshake() override {
    auto [failed] = co_await stream_.async_handshake(asio::ssl::stream_base::client, kAsTuple);
    if (failed == asio::error::operation_aborted) throw boost::system::system_error(failed);
    co_return failed;
  }
  awaitable<boost::system::result<std::size_t>> read_some(asio::mutable_buffer into) override {
    auto [failed, size] = co_await stream_.async_read_some(into, kAsTuple);
    co_return outcome(failed, size);
  }
  awaitable<boost::system::result<std::size_t>> write(asio::const_buffer from) override {
    auto [failed, size] = co_await asio::async_write(stream_, from, kAsTuple);
    co_return outcome(failed, size);
  }
  bool looks_dead() override { return has_something_to_say(stream_.next_layer()); }
  std::string describe(const boost::system::error_code& failed) override {
    return describe_tls_failure(failed, stream_.native_handle(), host_, names_);
  }
  SSL* native_handle() { return stream_.native_handle(); }

 private:
  asio::ssl::stream<tcp::socket> stream_;
  std::string host_;
  SettingNames names_;
};

}  // namespace

std::unique_ptr<Stream> make_plain_stream(tcp::socket socket) {
  return std::make_unique<PlainStream<tcp::socket>>(std::move(socket));
}

std::unique_ptr<Stream> make_borrowed_stream(tcp::socket& socket) {
  return std::make_unique<PlainStream<tcp::socket&>>(socket);
}

std::unique_ptr<TlsStream> make_tls_stream(tcp::socket socket, asio::ssl::context& context,
                                           const std::string& host, bool insecure,
                                           const SettingNames& names) {
  auto stream = std::make_unique<TlsStreamOverTcp>(std::move(socket), context, host, names);
  if (!expect_host(stream->native_handle(), host, insecure)) return nullptr;
  return stream;
}

}  // namespace cr::http
