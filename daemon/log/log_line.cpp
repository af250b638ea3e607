#include "daemon/log/log_line.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/text/escape.h"

namespace cr::daemon {
namespace {

std::string timestamp(async::WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

/// As logfmt has it: bare where that is unambiguous, else quoted.
std::string logfmt_value(std::string_view value) {
  const bool bare = !value.empty() && std::ranges::all_of(value, [](char c) {
    return c > ' ' && c < 0x7F && c != '"' && c != '=' && c != '\\' && c != '#';
  });
  return bare ? std::string{value} : quote(value);
}

std::string keys_and_values(const LogLine& line) {
  std::string text;
  for (const LogField& field : line.fields) {
    text += fmt::format(" {}={}", field.key.text(), logfmt_value(field.value));
  }
  return text;
}

std::string json_line(const LogLine& line, async::WallTime time) {
  std::string text = fmt::format(R"({{"time":"{}","level":"{}","msg":{})", timestamp(time),
                                 to_string(line.level), quote(line.message));
  for (const LogField& field : line.fields) {
    text += fmt::format(",\"{}\":{}", field.key.text(), field.number ? field.value : quote(field.value));
  }
  return text + '}';
}

}  // namespace

std::string_view to_string(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warn:
      return "warn";
    case LogLevel::error:
      return "error";
  }
  return "";
}

std::string format_line(const LogLine& line, async::WallTime time, LogFormat format) {
  switch (format) {
    case LogFormat::text: {
      std::string level{to_string(line.level)};
      std::ranges::transform(level, level.begin(), [](char c) { return static_cast<char>(c - 'a' + 'A'); });
      return fmt::format("{} {:<5} {}{}", timestamp(time), level, specs::visible(line.message),
                         keys_and_values(line));
    }
    case LogFormat::json:
      return json_line(line, time);
    case LogFormat::logfmt:
      return fmt::format("time={} level={} msg={}{}", timestamp(time), to_string(line.level),
                         logfmt_value(line.message), keys_and_values(line));
  }
  return {};
}

std::string format_dropped(std::uint64_t lines, async::WallTime time, LogFormat format) {
  return format_line({LogLevel::warn,
                      "log lines were dropped, because nobody read them",
                      {{"count", std::to_string(lines), true}}},
                     time, format);
}

std::string duration_text(std::chrono::nanoseconds duration) {
  return fmt::format("{:.3f}", std::chrono::duration<double>(duration).count());
}

}  // namespace cr::daemon
