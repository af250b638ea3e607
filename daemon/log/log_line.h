#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/config/config.h"
#include "daemon/json_fields.h"
#include "reconcile/async/clock.h"

namespace cr::daemon {

/// A key of the fixed set that the reference describes (workspace, owner, action, …).
using LogKey = reconcile::JsonKey<json_rows::kFields, json_parts::kLogLine>;

/// A key and its value. A number is written as one in JSON.
struct LogField {
  LogKey key;
  std::string value;
  bool number = false;
};

/// One event: a short constant message, everything that varies in fields.
struct LogLine {
  LogLevel level = LogLevel::info;
  std::string_view message;
  std::vector<LogField> fields;
};

[[nodiscard]] std::string_view to_string(LogLevel level);

/// One line without its newline. What came from outside (names, Coder's messages) can't forge a line, a key
/// or a terminal sequence: control characters and broken UTF-8 are escaped. Pure.
[[nodiscard]] std::string format_line(const LogLine& line, async::WallTime time, LogFormat format);

/// The line, without its newline, that stands for so many that nobody read in time.
[[nodiscard]] std::string format_dropped(std::uint64_t lines, async::WallTime time, LogFormat format);

/// Seconds with three digits behind the point, as the key `duration` has them.
[[nodiscard]] std::string duration_text(std::chrono::nanoseconds duration);

}  // namespace cr::daemon
