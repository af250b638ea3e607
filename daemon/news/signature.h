#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace cr::daemon {

/// `v1=` and the HMAC-SHA256, in hex, of "TIME.BODY", the time in seconds since 1970: a receiver that knows
/// the secret knows that the body is ours, and that it is not an old one that somebody sends again.
[[nodiscard]] std::string signature_of(std::string_view body, std::chrono::sys_seconds at,
                                       std::string_view secret);

/// The headers that carry it and the time.
inline constexpr std::string_view kSignatureHeader = "Coder-Reconciler-Signature";
inline constexpr std::string_view kSignedAtHeader = "Coder-Reconciler-Timestamp";

}  // namespace cr::daemon
