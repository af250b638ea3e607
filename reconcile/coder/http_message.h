#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "reconcile/coder/stream.h"
#include "reconcile/coder/transport_error.h"

namespace cr::coder {

/// The parts of an HTTP answer that anybody here looks at. Headers are empty where they are absent.
struct HttpResponse {
  int status = 0;
  std::string reason;  ///< cut, and fit for a message
  std::string content_type;
  std::string content_encoding;
  std::string request_id;
  std::string build_version;  ///< X-Coder-Build-Version
  std::string server;
  std::string mitigated;  ///< cf-mitigated
  std::string date;
  std::string retry_after;
  std::string location;
  std::string rate_limit;
  std::string rate_remaining;
  std::string rate_reset;
  std::string body;  ///< with spare capacity behind it for the JSON parser
  bool keep_alive = false;
};

/// How far a request has come; lets whoever interrupts it say what it was doing.
struct Progress {
  std::string_view doing = "waiting for a free connection";
  bool sent = false;  ///< a byte of the request may have reached Coder
};

/// What an answer may be, and probably is.
struct Expected {
  std::size_t body_limit = 0;  ///< bounds the body; that of an error is bounded by 1 MiB
  /// Set aside for the body before it comes. Coder sends what is large in chunks and does not say how large
  /// it is: a buffer that grows as they come copies it all a second time.
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

}  // namespace cr::coder
