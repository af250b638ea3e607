#include "reconcile/http/date.h"

#include <algorithm>
#include <array>
#include <string>

#include "specs/text/ascii.h"
#include "specs/text/number.h"

namespace cr::http {
namespace {

using namespace std::chrono;

constexpr seconds kLongest = hours(24);

/// Reads from the front of a text; after the first thing that is not there nothing more is.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  int number(std::size_t digits) {
    int value = 0;
    for (std::size_t i = 0; good_ && i < digits; ++i) {
      good_ = i < rest_.size() && rest_[i] >= '0' && rest_[i] <= '9';
      if (good_) value = value * 10 + (rest_[i] - '0');
    }
    drop(digits);
    return value;
  }
  void expect(std::string_view text) {
    good_ = good_ && rest_.starts_with(text);
    drop(text.size());
  }
  unsigned month_by_name() {
    static constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto found = std::find(kMonths.begin(), kMonths.end(), rest_.substr(0, 3));
    good_ = good_ && found != kMonths.end();
    drop(3);
    return static_cast<unsigned>(found - kMonths.begin()) + 1;
  }
  void skip_letters() {
    std::size_t count = 0;
    while (count < rest_.size() && text::is_letter(rest_[count])) ++count;
    good_ = good_ && count > 0;
    drop(count);
  }
  seconds time_of_day() {
    const int h = number(2);
    expect(":");
    const int m = number(2);
    expect(":");
    const int s = number(2);
    good_ = good_ && h < 24 && m < 60 && s <= 60;
    return hours(h) + minutes(m) + seconds(s);
  }
  [[nodiscard]] bool next_is(char c) const { return good_ && rest_.starts_with(c); }
  [[nodiscard]] bool at_end() const { return good_ && rest_.empty(); }

 private:
  void drop(std::size_t count) {
    if (good_) rest_.remove_prefix(std::min(count, rest_.size()));
  }
  std::string_view rest_;
  bool good_ = true;
};

int full_year(int two_digits, sys_seconds now) {
  const int this_year = static_cast<int>(year_month_day(floor<days>(now)).year());
  int full = this_year / 100 * 100 + two_digits;
  if (full > this_year + 50) full -= 100;
  if (full < this_year - 49) full += 100;
  return full;
}

std::optional<sys_seconds> time_at(int y, unsigned m, int d, seconds of_day) {
  const year_month_day date{year(y), month(m), day(static_cast<unsigned>(d))};
  if (!date.ok()) return std::nullopt;
  return sys_days(date) + of_day;
}

}  // namespace

std::optional<sys_seconds> parse_http_date(std::string_view text, sys_seconds now) {
  Cursor at(text);
  at.skip_letters();
  if (at.next_is(' ')) {  // asctime
    at.expect(" ");
    const unsigned m = at.month_by_name();
    at.expect(" ");
    const bool padded = at.next_is(' ');
    if (padded) at.expect(" ");
    const int d = at.number(padded ? 1 : 2);
    at.expect(" ");
    const seconds of_day = at.time_of_day();
    at.expect(" ");
    const int y = at.number(4);
    return at.at_end() ? time_at(y, m, d, of_day) : std::nullopt;
  }
  at.expect(", ");
  const int d = at.number(2);
  const bool old = at.next_is('-');
  const std::string_view between = old ? "-" : " ";
  at.expect(between);
  const unsigned m = at.month_by_name();
  at.expect(between);
  const int y = old ? full_year(at.number(2), now) : at.number(4);
  at.expect(" ");
  const seconds of_day = at.time_of_day();
  at.expect(" GMT");
  return at.at_end() ? time_at(y, m, d, of_day) : std::nullopt;
}

std::optional<seconds> parse_retry_after(std::string_view text, std::string_view date, sys_seconds now) {
  if (text.empty()) return std::nullopt;
  if (std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    const auto value = text::parse_number<long long>(text);
    return value ? std::min(seconds(*value), kLongest) : kLongest;
  }
  const auto until = parse_http_date(text, now);
  if (!until) return std::nullopt;
  const seconds wait = *until - parse_http_date(date, now).value_or(now);
  return std::clamp(wait, seconds(0), kLongest);
}

}  // namespace cr::http
