#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "reconcile/coder/api_error.h"
#include "reconcile/coder/routes.h"

namespace cr::coder {

/// What of an HTTP answer decides its meaning. Header values are empty where the header is absent.
struct Reply {
  int status = 0;
  std::string_view content_type;
  std::string_view body;
  std::string_view request_id;     ///< X-Coder-Request-Id: Coder sends it with everything it answers
  std::string_view build_version;  ///< X-Coder-Build-Version: likewise
  std::string_view retry_after;    ///< seconds, or a time
  std::string_view date;
  std::string_view location;
  std::string_view content_encoding;
  std::string_view server;       ///< Server: Coder sends none, what stands in front of it mostly does
  std::string_view mitigated;    ///< cf-mitigated: Cloudflare answered in Coder's place
  std::chrono::sys_seconds now;  ///< by our clock
  /// By what the user gives a header that lets programs pass, for the message.
  std::string_view header_setting = "the extra headers";
};

/// The message of Coder's router, and of no handler: this Coder has no such call.
inline constexpr std::string_view kNoSuchRoute = "Route not found.";
/// Whether Coder's router, and not a handler, says that there is nothing here: the release does not have the
/// call.
[[nodiscard]] bool is_unknown_route(const ApiError& error);

/// Whether a Content-Type header says JSON.
[[nodiscard]] bool is_json(std::string_view content_type);

/// Nothing if the answer is a success of this call, else what it means. `path` is the one sent, without
/// query.
///
/// Coder's codes do not always say what they mean: a 500 can be a missing right or a lost race, a 400 an
/// unknown user, a 404 a missing right, and a 200 with HTML is no answer of the API at all. Where an answer
/// does not look like Coder's it is `contract`, so that nobody takes a proxy's 404 for a proof of absence;
/// one by which a proxy keeps us from Coder (401, 403 or 503 without Coder's own headers) is `unreachable`,
/// and names the proxy. A compressed body, which nobody asked for, is not looked into.
[[nodiscard]] std::optional<ApiError> classify(const Route& route, std::string_view path, const Reply& reply);

}  // namespace cr::coder
