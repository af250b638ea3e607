#include "daemon/log/logger.h"

#include <utility>

namespace cr::daemon {

Logger::Logger(async::Clock& clock, LogFormat format, LogLevel least, Sink sink)
    : clock_(clock), format_(format), least_(least), sink_(std::move(sink)) {}

void Logger::log(const LogLine& line) {
  if (enabled(line.level)) sink_(format_line(line, clock_.wall(), format_) + '\n');
}

void Logger::debug(std::string_view message, std::vector<LogField> fields) {
  log({LogLevel::debug, message, std::move(fields)});
}

void Logger::info(std::string_view message, std::vector<LogField> fields) {
  log({LogLevel::info, message, std::move(fields)});
}

void Logger::warn(std::string_view message, std::vector<LogField> fields) {
  log({LogLevel::warn, message, std::move(fields)});
}

void Logger::error(std::string_view message, std::vector<LogField> fields) {
  log({LogLevel::error, message, std::move(fields)});
}

}  // namespace cr::daemon
