#include "daemon/http/page/times.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

namespace cr::daemon {

using namespace std::chrono_literals;

std::string in_words(std::chrono::nanoseconds span) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(std::max(span, std::chrono::nanoseconds{0}));
  if (seconds < 90s) return fmt::format("{} s", seconds.count());
  if (seconds < 90min)
    return fmt::format("{} min", std::chrono::round<std::chrono::minutes>(seconds).count());
  if (seconds < 48h) return fmt::format("{} h", std::chrono::round<std::chrono::hours>(seconds).count());
  return fmt::format("{} days", std::chrono::floor<std::chrono::days>(seconds).count());
}

std::string as_utc(async::WallTime when) {
  return fmt::format("{:%FT%T}Z", std::chrono::floor<std::chrono::seconds>(when));
}

std::string clock_time(async::WallTime when, async::WallTime now) {
  const auto second = std::chrono::floor<std::chrono::seconds>(when);
  const bool today =
      std::chrono::floor<std::chrono::days>(when) == std::chrono::floor<std::chrono::days>(now);
  return today ? fmt::format("{:%T}", second) : fmt::format("{:%F %T}", second);
}

std::string took(std::chrono::nanoseconds duration) {
  const double seconds = std::chrono::duration<double>(duration).count();
  if (seconds < 1) return fmt::format("{:.2f} s", seconds);
  return seconds < 10 ? fmt::format("{:.1f} s", seconds) : fmt::format("{:.0f} s", seconds);
}

}  // namespace cr::daemon
