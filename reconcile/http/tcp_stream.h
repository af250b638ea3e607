#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <memory>
#include <string>

#include "reconcile/http/setup_error.h"
#include "reconcile/http/stream.h"

namespace boost::asio::ssl {
class context;
}

namespace cr::http {

[[nodiscard]] std::unique_ptr<Stream> make_plain_stream(boost::asio::ip::tcp::socket socket);
/// Over a socket that stays the caller's and outlives the stream.
[[nodiscard]] std::unique_ptr<Stream> make_borrowed_stream(boost::asio::ip::tcp::socket& socket);

/// TLS on a connected socket: the handshake is still to do.
class TlsStream : public Stream {
 public:
  [[nodiscard]] virtual awaitable<boost::system::error_code> handshake() = 0;
};
/// `context` outlives the stream. Null if the host cannot be checked for at all.
[[nodiscard]] std::unique_ptr<TlsStream> make_tls_stream(boost::asio::ip::tcp::socket socket,
                                                         boost::asio::ssl::context& context,
                                                         const std::string& host, bool insecure,
                                                         const SettingNames& names = {});

}  // namespace cr::http
