#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "reconcile/coder/api_error.h"

namespace cr::coder {

enum class RetryReason : std::uint8_t { connect, timeout, throttled, server };

/// One HTTP exchange with Coder, each attempt by itself.
struct RequestDone {
  std::string_view route;  ///< pattern, e.g. "/api/v2/workspaces/{workspace}/ttl"
  std::string_view method;
  bool reads_workspaces = false;  ///< as its route says
  int status = 0;                 ///< 0: no answer
  std::chrono::nanoseconds duration{0};
  std::optional<std::int64_t> rate_limit_remaining;
  std::string_view request_id;
};

/// What calls tell while they are made, on the thread that makes them. Must not block. Views are good during
/// the call only.
class CallObserver {
 public:
  virtual ~CallObserver() = default;
  virtual void on_request(const RequestDone&) {}
  virtual void on_retry(RetryReason, const ApiError&) {}
  /// What is wrong with the token's file; empty if nothing. Told at the first call, and when it changes
  /// whether the file can be used; never where the token is not from a file. The token read before stays in
  /// use.
  virtual void on_token_file(std::string_view /*problem*/) {}
};

}  // namespace cr::coder
