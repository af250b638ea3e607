#pragma once

#include <optional>
#include <string>

namespace cr::metrics {

/// What the kernel says about this process. A figure that cannot be read is absent.
struct ProcessFigures {
  std::optional<double> cpu_seconds;
  std::optional<double> resident_bytes;
  std::optional<double> virtual_bytes;
  std::optional<double> open_fds;
  std::optional<double> max_fds;
  std::optional<double> start_time_seconds;  ///< since the Unix epoch
  bool operator==(const ProcessFigures&) const = default;
};

/// Reads them from below `proc`, for tests another folder than /proc.
[[nodiscard]] ProcessFigures read_process_figures(const std::string& proc = "/proc");

}  // namespace cr::metrics
