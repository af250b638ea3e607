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
  std::string reason;
  std::string content_type;
  std::string request_id;
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

/// One request on an open stream: writes `message` (head and body), reads the answer. Its head is bounded by
/// 64 KiB. Answers of the 1xx kind are passed over.
[[nodiscard]] awaitable<TransportResult<HttpResponse>> exchange(Stream& stream, std::string_view message,
                                                                Expected expected, Progress& progress);

}  // namespace cr::coder
