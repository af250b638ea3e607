#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/system/result.hpp>
#include <cstddef>
#include <string>

namespace cr::http {

using boost::asio::awaitable;

/// Bytes both ways, over TCP or TLS. What fails comes back as an error code; cancelling throws
/// operation_aborted and leaves the stream unusable.
class Stream {
 public:
  virtual ~Stream() = default;
  /// At least one byte, or an error; error::eof at the peer's end.
  [[nodiscard]] virtual awaitable<boost::system::result<std::size_t>> read_some(
      boost::asio::mutable_buffer into) = 0;
  /// All of it.
  [[nodiscard]] virtual awaitable<boost::system::result<std::size_t>> write(
      boost::asio::const_buffer from) = 0;
  /// Whether the peer has closed, or has sent something although nothing was asked: no use for a request.
  [[nodiscard]] virtual bool looks_dead() = 0;
  /// An error of this stream in words.
  [[nodiscard]] virtual std::string describe(const boost::system::error_code& failed) = 0;
};

}  // namespace cr::http
