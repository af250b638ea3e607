#include "specs/text/timestamp.h"

namespace cr::text {
namespace {

/// Takes `digits` decimal digits from the front of `text`.
bool take_number(std::string_view& text, int digits, int& into) {
  into = 0;
  for (; digits > 0; --digits) {
    if (text.empty() || text.front() < '0' || text.front() > '9') return false;
    into = into * 10 + (text.front() - '0');
    text.remove_prefix(1);
  }
  return true;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::optional<std::chrono::sys_seconds> parse_timestamp(std::string_view text) {
  using namespace std::chrono;
  int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0;
  if (!take_number(text, 4, y) || !take(text, '-') || !take_number(text, 2, mo) || !take(text, '-') ||
      !take_number(text, 2, d) || !take(text, 'T') || !take_number(text, 2, h) || !take(text, ':') ||
      !take_number(text, 2, mi) || !take(text, ':') || !take_number(text, 2, s)) {
    return std::nullopt;
  }
  const year_month_day date{year(y), month(static_cast<unsigned>(mo)), day(static_cast<unsigned>(d))};
  if (!date.ok() || h > 23 || mi > 59 || s > 60) return std::nullopt;
  if (take(text, '.')) {
    int fraction = 0;
    if (!take_number(text, 1, fraction)) return std::nullopt;
    while (take_number(text, 1, fraction)) {
    }
  }
  minutes offset{0};
  if (!take(text, 'Z')) {
    const bool west = take(text, '-');
    int oh = 0, om = 0;
    if (!west && !take(text, '+')) return std::nullopt;
    if (!take_number(text, 2, oh) || !take(text, ':') || !take_number(text, 2, om)) return std::nullopt;
    offset = (hours(oh) + minutes(om)) * (west ? -1 : 1);
  }
  if (!text.empty()) return std::nullopt;
  return sys_days(date) + hours(h) + minutes(mi) + seconds(s) - offset;
}

}  // namespace cr::text
