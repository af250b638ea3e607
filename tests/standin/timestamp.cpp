#include "tests/standin/timestamp.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace cr::standin {
namespace {

using namespace std::chrono;

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  if (text.size() < at + count) return std::nullopt;
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

}  // namespace

std::string format_time_to_second(Time time) {
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(floor<seconds>(time - day));
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::string format_http_date(Time time) {
  constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(floor<seconds>(time - day));
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays.at(weekday(day).c_encoding()),
                     static_cast<unsigned>(date.day()), kMonths.at(static_cast<unsigned>(date.month()) - 1),
                     static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count());
}

std::string format_time(Time time) {
  std::string text = format_time_to_second(time);
  const auto micros = (time - floor<seconds>(time)).count();
  if (micros == 0) return text;
  text.pop_back();
  std::string fraction = fmt::format("{:06}", micros);
  fraction.erase(fraction.find_last_not_of('0') + 1);
  return text + "." + fraction + "Z";
}

std::optional<Time> parse_day(std::string_view text) {
  const auto y = digits(text, 0, 4);
  const auto m = digits(text, 5, 2);
  const auto d = digits(text, 8, 2);
  if (!y || !m || !d || text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const year_month_day date{year(*y), month(static_cast<unsigned>(*m)), day(static_cast<unsigned>(*d))};
  if (!date.ok()) return std::nullopt;
  return Time(sys_days(date));
}

std::optional<Time> parse_time(std::string_view text) {
  if (text.size() < 20 || (text[10] != 'T' && text[10] != 't')) return std::nullopt;
  const auto date = parse_day(text.substr(0, 10));
  const auto h = digits(text, 11, 2);
  const auto m = digits(text, 14, 2);
  const auto s = digits(text, 17, 2);
  if (!date || !h || !m || !s || text[13] != ':' || text[16] != ':') return std::nullopt;
  if (*h > 23 || *m > 59 || *s > 59) return std::nullopt;
  Time time = *date + hours(*h) + minutes(*m) + seconds(*s);
  std::size_t at = 19;
  if (text[at] == '.') {
    std::int64_t micros = 0;
    std::int64_t unit = 100'000;
    const std::size_t first = ++at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, unit /= 10) {
      micros += (text[at] - '0') * unit;
    }
    if (at == first) return std::nullopt;
    time += microseconds(micros);
  }
  const std::string_view zone = text.substr(at);
  if (zone == "Z" || zone == "z") return time;
  const auto zone_hours = digits(zone, 1, 2);
  const auto zone_minutes = digits(zone, 4, 2);
  if (zone.size() != 6 || zone[3] != ':' || !zone_hours || !zone_minutes) return std::nullopt;
  if (zone[0] != '+' && zone[0] != '-') return std::nullopt;
  const auto offset = hours(*zone_hours) + minutes(*zone_minutes);
  return zone[0] == '+' ? time - offset : time + offset;
}

}  // namespace cr::standin
