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

/// One request on an open stream: writes `message` (head and body), reads the answer.
///
/// `body_limit` bounds the answer's body (errors: 1 MiB), its head is bounded by 64 KiB. Answers of the 1xx
/// kind are passed over. With `head_only` the answer has no body whatever its head says (CONNECT).
[[nodiscard]] awaitable<TransportResult<HttpResponse>> exchange(Stream& stream, std::string_view message,
                                                                std::size_t body_limit, bool head_only,
                                                                Progress& progress);

}  // namespace cr::coder
