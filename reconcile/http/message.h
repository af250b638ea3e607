#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reconcile/http/transport_error.h"

namespace cr::http {

using boost::asio::awaitable;

class Stream;

/// Room that a body has behind its end, for parsers that read past it.
inline constexpr std::size_t kBodySpare = 64;

struct HttpResponse {
  int status = 0;
  std::string reason;                                        ///< cut, and fit for a message
  std::vector<std::pair<std::string, std::string>> headers;  ///< as they came
  std::string body;                                          ///< with kBodySpare behind it
  bool keep_alive = false;

  /// The value of the first such header, in any case; empty where it is absent.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// How far a request has come; lets whoever interrupts it say what it was doing.
struct Progress {
  std::string_view doing = "waiting for a free connection";
  bool sent = false;  ///< a byte of the request may have reached the server
};

/// What an answer may be, and probably is.
struct Expected {
  std::size_t body_limit = 0;  ///< bounds the body; that of an error is bounded by 1 MiB
  /// Set aside for the body before it comes. A server that sends what is large in chunks does not say how
  /// large it is: a buffer that grows as they come copies it all a second time.
  std::size_t body_size = 0;
  bool head_only = false;  ///< there is no body whatever the head says (CONNECT)
};

/// One request on an open stream: writes `message` (head and body), reads the answer.
///
/// Whatever the peer sends, no more than 128 KiB and the body are held. The heads of the answer and of up to
/// 16 interim ones (1xx), which are passed over, have 64 KiB together; each chunk's extension and the trailer
/// as much; and what frames the body's chunks may not dwarf it. At any of these bounds the error is
/// `contract`. A connection that ends before a whole answer, interim ones or not, is `unreachable`.
[[nodiscard]] awaitable<TransportResult<HttpResponse>> exchange(Stream& stream, std::string_view message,
                                                                Expected expected, Progress& progress);

}  // namespace cr::http
