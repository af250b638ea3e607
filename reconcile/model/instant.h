#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace cr::reconcile {

/// A moment as the row of a fleet keeps it: whole seconds, or none. Four bytes, since there are eight of them
/// in each of a hundred thousand rows. From 1970 to 2106; what is outside of it is moved to its edge.
class Instant {
 public:
  constexpr Instant() = default;
  constexpr explicit Instant(std::chrono::sys_seconds at) {
    const auto seconds = at.time_since_epoch().count();
    if (seconds < 1) {
      seconds_ = 1;
    } else if (seconds > std::int64_t{UINT32_MAX}) {
      seconds_ = UINT32_MAX;
    } else {
      seconds_ = static_cast<std::uint32_t>(seconds);
    }
  }
  [[nodiscard]] constexpr explicit operator bool() const { return seconds_ != 0; }
  /// Of one that is set.
  [[nodiscard]] constexpr std::chrono::sys_seconds operator*() const {
    return std::chrono::sys_seconds(std::chrono::seconds(seconds_));
  }
  /// None comes before all others.
  constexpr auto operator<=>(const Instant&) const = default;

 private:
  std::uint32_t seconds_ = 0;
};

}  // namespace cr::reconcile
