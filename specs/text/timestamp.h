#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace cr::text {

/// A time as Go writes it (RFC 3339, "2026-11-24T13:26:58.644364Z", any offset), cut to seconds; nothing if
/// it is none.
[[nodiscard]] std::optional<std::chrono::sys_seconds> parse_timestamp(std::string_view text);
/// The same, cut to microseconds.
[[nodiscard]] std::optional<std::chrono::sys_time<std::chrono::microseconds>> parse_timestamp_us(
    std::string_view text);
/// "2026-11-24", a day that there is; nothing otherwise.
[[nodiscard]] std::optional<std::chrono::sys_days> parse_date(std::string_view text);

/// "2026-11-24T13:26:58Z". For years of four digits.
[[nodiscard]] std::string format_timestamp(std::chrono::sys_seconds at);

}  // namespace cr::text
