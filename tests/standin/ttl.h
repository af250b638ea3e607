#pragma once

#include <cstdint>
#include <string>
#include <variant>

namespace cr::standin {

inline constexpr std::int64_t kMinuteMs = 60'000;
inline constexpr std::int64_t kLongestTtlMs = 30LL * 24 * 60 * kMinuteMs;

/// The TTL as Coder stores it, whole minutes rounded down, or what is wrong with it: under a minute, or over
/// 30 days.
[[nodiscard]] inline std::variant<std::int64_t, std::string> judge_ttl(std::int64_t ttl_ms) {
  const std::int64_t whole = ttl_ms / kMinuteMs * kMinuteMs;
  if (whole < kMinuteMs) return std::string("time until shutdown must be at least one minute");
  if (whole > kLongestTtlMs) return std::string("time until shutdown must be less than 30 days");
  return whole;
}

}  // namespace cr::standin
