#include "specs/text/timestamp.h"

#include <fmt/format.h>

#include <cstddef>

#include "specs/text/ascii.h"

namespace cr::text {
namespace {

/// Where the digits of "2026-11-24T13:26:58" stand, and what stands between them.
constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd";

bool has_shape(std::string_view text) {
  bool right = true;  // looked at once at the end: a page of the list has thousands of times
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    right &= kShape[i] == 'd' ? static_cast<unsigned char>(text[i] - '0') < 10 : text[i] == kShape[i];
  }
  return right;
}

/// The number of two digits, or four, at a place.
int two(std::string_view text, std::size_t at) {
  return (text[at] - '0') * 10 + (text[at + 1] - '0');
}
int four(std::string_view text, std::size_t at) {
  return two(text, at) * 100 + two(text, at + 2);
}

/// "Z", "+01:00", "-03:30"
std::optional<std::chrono::minutes> offset_of(std::string_view text) {
  using namespace std::chrono;
  if (text == "Z") return minutes(0);
  constexpr std::string_view kOffset = "+dd:dd";
  if (text.size() != kOffset.size() || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  for (std::size_t i = 1; i < kOffset.size(); ++i) {
    if (kOffset[i] == 'd' ? !is_digit(text[i]) : text[i] != kOffset[i]) return std::nullopt;
  }
  const minutes offset = hours(two(text, 1)) + minutes(two(text, 4));
  return text[0] == '-' ? -offset : offset;
}

}  // namespace

std::optional<std::chrono::sys_seconds> parse_timestamp(std::string_view text) {
  using namespace std::chrono;
  if (text.size() <= kShape.size() || !has_shape(text)) return std::nullopt;
  const year_month_day date{year(four(text, 0)), month(static_cast<unsigned>(two(text, 5))),
                            day(static_cast<unsigned>(two(text, 8)))};
  const int h = two(text, 11), mi = two(text, 14), s = two(text, 17);
  if (!date.ok() || h > 23 || mi > 59 || s > 60) return std::nullopt;
  std::size_t end = kShape.size();
  if (text[end] == '.') {
    const std::size_t fraction = ++end;
    while (end < text.size() && is_digit(text[end])) ++end;
    if (end == fraction) return std::nullopt;
  }
  const auto offset = offset_of(text.substr(end));
  if (!offset) return std::nullopt;
  return sys_days(date) + hours(h) + minutes(mi) + seconds(s) - *offset;
}

std::optional<std::chrono::sys_days> parse_date(std::string_view text) {
  using namespace std::chrono;
  constexpr std::string_view kDate = "dddd-dd-dd";
  if (text.size() != kDate.size()) return std::nullopt;
  for (std::size_t i = 0; i < kDate.size(); ++i) {
    if (kDate[i] == 'd' ? !is_digit(text[i]) : text[i] != kDate[i]) return std::nullopt;
  }
  const year_month_day date{year(four(text, 0)), month(static_cast<unsigned>(two(text, 5))),
                            day(static_cast<unsigned>(two(text, 8)))};
  return date.ok() ? std::optional(sys_days(date)) : std::nullopt;
}

std::string format_timestamp(std::chrono::sys_seconds at) {
  using namespace std::chrono;
  const auto day = floor<days>(at);
  const year_month_day date(day);
  const hh_mm_ss time(at - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

}  // namespace cr::text
