#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace cr::reconcile {

/// As people write it in a spec: "8h", "1h30m", "45s"; "none" where there is none. Parts of a second are cut.
[[nodiscard]] std::string display_ttl(const std::optional<std::chrono::milliseconds>& ttl);
/// The schedule's text, or "none" where it is empty.
[[nodiscard]] std::string display_schedule(std::string_view schedule);
/// "always" or "never".
[[nodiscard]] std::string_view display_automatic_updates(bool always);
/// "true" or "false".
[[nodiscard]] std::string_view display_dormant(bool dormant);

}  // namespace cr::reconcile
