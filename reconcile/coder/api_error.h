#pragma once

#include <boost/system/result.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cr::coder {

/// What to do about a failed call, not only what happened.
enum class ApiFault {
  unreachable,  ///< no answer from Coder: resolve, connect, TLS, proxy, reset, closed early. Try again later
  timeout,      ///< no answer within the deadline. Try again later; a write may have been done
  throttled,    ///< 429. Try again after `retry_after`
  server,  ///< 408, 425, 5xx that a later try may cure. Try again with backoff; a write may have been done
  unauthorized,  ///< 401. Nothing works until there is another token
  forbidden,     ///< 403, and the 500s with `rbac: forbidden` that mean it. Lasting
  not_found,  ///< 404; also 400 for an unknown or unreadable {user} (Coder <= 2.31). "None, or not yours to
              ///< see"
  gone,       ///< 410: a deleted workspace
  conflict,   ///< 409, and the 500 of a lost create race. Look again, then decide
  not_ready,  ///< 406: the template version is still importing. Try again later
  rejected,   ///< 400 and every other refusal. Lasting, until the spec or a policy changes
  contract,   ///< what answered does not speak Coder's API: HTML, broken JSON, a missing key, too large
};
[[nodiscard]] std::string_view to_string(ApiFault fault);

/// Whether a later try of the same call may succeed with nothing else changed.
[[nodiscard]] bool is_transient(ApiFault fault);

struct Validation {
  std::string field;
  std::string detail;
  bool operator==(const Validation&) const = default;
};

/// A failed call. Never holds the token, nor any header of ours.
class ApiError {
 public:
  ApiError() = default;
  ApiError(ApiFault fault_, std::string message_) : fault(fault_), message(std::move(message_)) {}

  ApiFault fault = ApiFault::unreachable;
  std::string method;   ///< e.g. "PUT"
  std::string path;     ///< without query
  int status = 0;       ///< HTTP status; 0: no answer
  std::string message;  ///< Coder's message, or ours where there was no answer
  std::string detail;   ///< Coder's detail
  std::vector<Validation> validations;
  std::string request_id;  ///< Coder's X-Coder-Request-Id: finds the call in its logs and audit
  std::optional<std::chrono::seconds> retry_after;

  /// One line: "PUT /api/v2/workspaces/…/ttl: 400 Invalid …: ttl_ms: … (request id …)".
  [[nodiscard]] std::string to_string() const;
  bool operator==(const ApiError&) const = default;
};

template <class T>
using ApiResult = boost::system::result<T, ApiError>;

[[noreturn]] void throw_exception_from_error(const ApiError& error, const boost::source_location& where);

}  // namespace cr::coder
