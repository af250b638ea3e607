#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/log/log_line.h"

namespace cr::daemon {

/// Writes events that are at least as grave as the level. Any thread may log if the sink may be called on
/// any.
class Logger {
 public:
  /// Gets a whole line with its newline. `clock` outlives the logger.
  using Sink = std::function<void(std::string_view line)>;
  Logger(async::Clock& clock, LogFormat format, LogLevel least, Sink sink);

  void log(const LogLine& line);
  [[nodiscard]] bool enabled(LogLevel level) const { return level >= least_; }

  void debug(std::string_view message, std::vector<LogField> fields = {});
  void info(std::string_view message, std::vector<LogField> fields = {});
  void warn(std::string_view message, std::vector<LogField> fields = {});
  void error(std::string_view message, std::vector<LogField> fields = {});

 private:
  async::Clock& clock_;
  LogFormat format_;
  LogLevel least_;
  Sink sink_;
};

}  // namespace cr::daemon
