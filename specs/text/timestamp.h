#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace cr::text {

/// A time as Go writes it (RFC 3339, "2026-11-24T13:26:58.644364Z", any offset), cut to seconds; nothing if
/// it is none.
[[nodiscard]] std::optional<std::chrono::sys_seconds> parse_timestamp(std::string_view text);

}  // namespace cr::text
