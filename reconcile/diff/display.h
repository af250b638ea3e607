#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace cr::reconcile {

/// As people write it in a spec: "8h", "1h30m", "7d", "30s"; "0s" for zero. Milliseconds are cut.
[[nodiscard]] std::string display_duration(std::chrono::milliseconds duration);
/// The same, or "none".
[[nodiscard]] std::string display_ttl(const std::optional<std::chrono::milliseconds>& ttl);
/// The schedule's text, or "none" where it is empty.
[[nodiscard]] std::string display_schedule(std::string_view schedule);

}  // namespace cr::reconcile
