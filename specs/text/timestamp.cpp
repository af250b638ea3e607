#include "specs/text/timestamp.h"

#include <fmt/format.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "specs/text/ascii.h"

namespace cr::text {
namespace {

/// Eight characters, the first in the lowest byte.
std::uint64_t eight(std::string_view text, std::size_t at) {
  std::uint64_t word = 0;
  std::memcpy(&word, text.data() + at, sizeof(word));
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word;
}

constexpr std::uint64_t kTopBits = 0x8080808080808080U;

/// What eight characters of a time look like: digits where the shape has "d", elsewhere just its characters.
/// They are looked at all at once: a page of the list has thousands of times.
class Shape {
 public:
  explicit constexpr Shape(std::string_view shape) {
    for (std::size_t i = 0; i < 8; ++i) {
      const bool digit = shape[i] == 'd';
      zero_ |= std::uint64_t{static_cast<unsigned char>(digit ? '0' : shape[i])} << 8 * i;
      // Added to what no digit is, or to what differs at all, it reaches the top bit.
      beyond_ |= std::uint64_t{digit ? 0x80U - 10U : 0x7FU} << 8 * i;
    }
  }
  /// The digits' values, one a byte, and 0 between them, if the text has the shape.
  [[nodiscard]] std::uint64_t digits(std::string_view text, std::size_t at) const {
    return eight(text, at) ^ zero_;
  }
  /// Not zero where `digits` is of a text that has not.
  [[nodiscard]] constexpr std::uint64_t wrong(std::uint64_t digits) const {
    return ((digits + beyond_) | digits) & kTopBits;
  }

 private:
  std::uint64_t zero_ = 0;
  std::uint64_t beyond_ = 0;
};
constexpr Shape kYearMonth("dddd-dd-");
constexpr Shape kMonthDay("dd-dd-dd");
constexpr Shape kDayHour("ddTdd:dd");
constexpr Shape kTime("dd:dd:dd");

/// The number of the two digits at a place among such.
constexpr int two(std::uint64_t digits, std::size_t at) {
  return static_cast<int>((digits * 10 + (digits >> 8)) >> 8 * at & 0xFF);
}

std::chrono::year_month_day date_of(std::uint64_t year_month, int day) {
  return {std::chrono::year(two(year_month, 0) * 100 + two(year_month, 2)),
          std::chrono::month(static_cast<unsigned>(two(year_month, 5))),
          std::chrono::day(static_cast<unsigned>(day))};
}

/// "+01:00", "-03:30"
std::optional<std::chrono::minutes> offset_of(std::string_view text) {
  using namespace std::chrono;
  constexpr std::string_view kOffset = "+dd:dd";
  if (text.size() != kOffset.size() || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  for (std::size_t i = 1; i < kOffset.size(); ++i) {
    if (kOffset[i] == 'd' ? !is_digit(text[i]) : text[i] != kOffset[i]) return std::nullopt;
  }
  const auto number = [text](std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
  const minutes offset = hours(number(1)) + minutes(number(4));
  return text[0] == '-' ? -offset : offset;
}

}  // namespace

std::optional<std::chrono::sys_seconds> parse_timestamp(std::string_view text) {
  using namespace std::chrono;
  constexpr std::size_t kFixed = std::string_view("2026-11-24T13:26:58").size();
  if (text.size() <= kFixed) return std::nullopt;
  const std::uint64_t year_month = kYearMonth.digits(text, 0);
  const std::uint64_t day_hour = kDayHour.digits(text, 8);
  const std::uint64_t time = kTime.digits(text, 11);
  if ((kYearMonth.wrong(year_month) | kDayHour.wrong(day_hour) | kTime.wrong(time)) != 0) return std::nullopt;
  const year_month_day date = date_of(year_month, two(day_hour, 0));
  const int h = two(time, 0), mi = two(time, 3), s = two(time, 6);
  if (!date.ok() || h > 23 || mi > 59 || s > 60) return std::nullopt;
  std::size_t end = kFixed;
  if (text[end] == '.') {
    const std::size_t fraction = ++end;
    while (end < text.size() && is_digit(text[end])) ++end;
    if (end == fraction) return std::nullopt;
  }
  const sys_seconds at = sys_days(date) + hours(h) + minutes(mi) + seconds(s);
  if (end + 1 == text.size() && text[end] == 'Z') return at;
  const auto offset = offset_of(text.substr(end));
  return offset ? std::optional(at - *offset) : std::nullopt;
}

std::optional<std::chrono::sys_time<std::chrono::microseconds>> parse_timestamp_us(std::string_view text) {
  const auto at = parse_timestamp(text);
  if (!at) return std::nullopt;
  std::chrono::microseconds fraction{0};
  std::size_t next = text.find('.') + 1;
  if (next == 0) return *at;
  for (int worth = 100'000; worth > 0 && next < text.size() && is_digit(text[next]); worth /= 10, ++next) {
    fraction += std::chrono::microseconds(worth * (text[next] - '0'));
  }
  return *at + fraction;
}

std::optional<std::chrono::sys_days> parse_date(std::string_view text) {
  using namespace std::chrono;
  if (text.size() != std::string_view("2026-11-24").size()) return std::nullopt;
  const std::uint64_t year_month = kYearMonth.digits(text, 0);
  const std::uint64_t month_day = kMonthDay.digits(text, 2);
  if ((kYearMonth.wrong(year_month) | kMonthDay.wrong(month_day)) != 0) return std::nullopt;
  const year_month_day date = date_of(year_month, two(month_day, 6));
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
