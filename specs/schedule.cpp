#include "specs/schedule.h"

#include <algorithm>
#include <array>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "specs/source_text.h"
#include "specs/text/ascii.h"

namespace cr::specs {
namespace {

constexpr std::string_view kPrefix = "CRON_TZ=";
constexpr std::array<std::string_view, 7> kWeekdays{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr auto kHorizon = std::chrono::days{5 * 366};

enum class Strictness { spec, live };

struct FieldRule {
  std::string_view name;
  unsigned max;
  bool weekday_names;
  std::string_view allowed;
};
constexpr FieldRule kMinute{"minute", 59, false, "0-59"};
constexpr FieldRule kHour{"hour", 23, false, "0-23"};
constexpr FieldRule kWeekday{"weekday", 6, true, "0-6 (0 is Sunday) or sun-sat"};

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t at = 0;
  while (at < text.size()) {
    if (is_space(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && !is_space(text[end])) ++end;
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  while (true) {
    const std::size_t end = text.find(separator, begin);
    parts.push_back(text.substr(begin, end == std::string_view::npos ? end : end - begin));
    if (end == std::string_view::npos) return parts;
    begin = end + 1;
  }
}

/// Reads one of the three fields that may vary.
class FieldReader {
 public:
  FieldReader(const FieldRule& rule, std::string_view field, Strictness strictness)
      : rule_(rule), field_(field), strict_(strictness == Strictness::spec) {}

  ValueResult<std::uint64_t> read() const {
    std::uint64_t set = 0;
    for (const std::string_view item : split(field_, ',')) {
      if (item.empty()) {
        if (strict_) return fail("empty list item");
        continue;
      }
      const auto bits = read_item(item);
      if (!bits) return bits.error();
      set |= *bits;
    }
    return set;
  }

 private:
  ValueError fail(const std::string& why) const {
    return ValueError("invalid " + std::string(rule_.name) + " field: " + why);
  }

  ValueResult<std::uint64_t> read_item(std::string_view item) const {
    const std::vector<std::string_view> base_and_step = split(item, '/');
    if (base_and_step.size() > 2) return fail("more than one \"/\" in " + in_quotes(item));
    const std::vector<std::string_view> bounds = split(base_and_step[0], '-');

    unsigned first = 0;
    unsigned last = rule_.max;
    const bool star = bounds[0] == "*" || bounds[0] == "?";
    if (star) {
      if (strict_ && bounds[0] == "?") return fail("\"?\" is not supported; write \"*\"");
      if (strict_ && bounds.size() > 1) return fail(in_quotes(item) + " is not supported; write \"*\"");
    } else {
      const auto from = read_value(bounds[0]);
      if (!from) return from.error();
      first = *from;
      last = first;
      if (bounds.size() > 2) return fail("too many hyphens in " + in_quotes(item));
      if (bounds.size() == 2) {
        const auto to = read_value(bounds[1]);
        if (!to) return to.error();
        last = *to;
        if (first > last)
          return fail("the range " + in_quotes(item) + " runs backwards; write it as two ranges");
      }
    }

    unsigned step = 1;
    if (base_and_step.size() == 2) {
      const auto given = read_number(base_and_step[1]);
      if (!given) return fail("the step " + in_quotes(base_and_step[1]) + " is not a number");
      if (*given == 0) return fail("the step must not be 0");
      step = *given;
      if (bounds.size() == 1) last = rule_.max;  // "5/15" is "5-59/15"
    }
    std::uint64_t set = 0;
    for (unsigned value = first; value <= last; value += step) set |= std::uint64_t{1} << value;
    return set;
  }

  ValueResult<unsigned> read_value(std::string_view text) const {
    if (rule_.weekday_names) {
      const std::string lower = text::lower(text);
      for (unsigned day = 0; day < kWeekdays.size(); ++day)
        if (lower == kWeekdays[day]) return day;
    }
    const std::optional<unsigned> number = read_number(text);
    if (!number && rule_.weekday_names && is_nth_weekday(text))
      return fail(
          in_quotes(text) +
          " is not supported; Coder has no n-th or last weekday of a month, only weekdays of every week");
    if (!number) {
      for (const std::string_view day : kWeekdays)
        if (rule_.weekday_names && is_word(text) && text::lower(text).starts_with(day))
          return fail(in_quotes(text) + " is not supported; write \"" + std::string(day) + "\"");
      return fail(in_quotes(text) + " is not allowed; allowed values: " + std::string(rule_.allowed));
    }
    if (*number > rule_.max) {
      if (rule_.weekday_names && *number == 7) return fail("7 is not allowed; write 0 for Sunday");
      return fail(in_quotes(text) + " is not allowed; allowed values: " + std::string(rule_.allowed));
    }
    return *number;
  }

  static bool is_word(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
  }

  /// `mon#1`, `1#2`, `friL`, `5L`, as other crons have them.
  static bool is_nth_weekday(std::string_view text) {
    if (text.find('#') != std::string_view::npos) return true;
    if (!text.ends_with('l') && !text.ends_with('L')) return false;
    text.remove_suffix(1);
    const std::string lower = text::lower(text);
    return text.empty() || (text.size() == 1 && text[0] >= '0' && text[0] <= '7') ||
           std::find(kWeekdays.begin(), kWeekdays.end(), lower) != kWeekdays.end();
  }

  /// Up to 9 digits after leading zeros; more could only be out of range.
  std::optional<unsigned> read_number(std::string_view text) const {
    if (!strict_ && text.starts_with('+')) text.remove_prefix(1);
    if (text.empty()) return std::nullopt;
    unsigned value = 0;
    for (const char c : text) {
      if (c < '0' || c > '9') return std::nullopt;
      if (value < 1'000'000) value = value * 10 + static_cast<unsigned>(c - '0');
    }
    return value;
  }

  const FieldRule& rule_;
  std::string_view field_;
  bool strict_;
};

ValueResult<std::shared_ptr<const TimeZone>> zone_named(std::string_view name, Strictness strictness) {
  if (name.empty()) {
    if (strictness == Strictness::spec)
      return ValueError("CRON_TZ has no time zone", "write CRON_TZ=UTC or leave it out");
    name = "UTC";
  }
  if (auto zone = TimeZone::find(name)) return zone;
  // Without a zone database even UTC has no rules here; the name is enough to compare and to send.
  if (name == "UTC") return TimeZone::unknown(name);
  if (strictness == Strictness::live)
    if (auto zone = TimeZone::unknown(name)) return zone;
  const TimeZone::Problem problem = TimeZone::problem_with(name);
  return ValueError(problem.message, problem.remedy);
}

ValueError wrong_field_count(std::size_t count) {
  return ValueError("expected five fields (minute hour * * weekday), found " + std::to_string(count),
                    "write a schedule such as CRON_TZ=Europe/Berlin 0 9 * * 1-5");
}

}  // namespace

/// Builds the value; has the class's access.
struct Schedule::Parser {
  static ValueResult<Schedule> read(std::string_view text, Strictness strictness);
};

ValueResult<Schedule> Schedule::Parser::read(std::string_view text, Strictness strictness) {
  Schedule schedule;
  std::string_view fields = text;
  std::string_view zone_name = "UTC";
  const bool prefixed = text.starts_with(kPrefix);
  if (prefixed) {
    // Coder takes the zone to end at the first blank; a tab there breaks its parser.
    const std::size_t end = std::min(text.find(' '), text.size());
    zone_name = text.substr(kPrefix.size(), end - kPrefix.size());
    fields = text.substr(end);
    for (const char c : zone_name)
      if (is_space(c))
        return ValueError("the time zone must be followed by a space, not by a tab or a line break");
  }
  const std::vector<std::string_view> words = words_of(fields);
  if (!prefixed && !words.empty()) {
    const std::string first = text::lower(words[0]);
    if (first.starts_with("@"))
      return ValueError(in_quotes(words[0]) + " is not supported; write minute hour * * weekday");
    if (words[0].starts_with(kPrefix)) return ValueError("CRON_TZ= must be at the very beginning");
    if (first.starts_with("cron_tz=") || first.starts_with("tz="))
      return ValueError(in_quotes(words[0]) + " is not supported; write CRON_TZ=<zone>");
  }
  auto zone = zone_named(zone_name, strictness);
  if (!zone) return zone.error();
  schedule.zone_ = std::move(*zone);

  if (words.size() != 5) return wrong_field_count(words.size());
  for (const auto& [name, word] : {std::pair{"day-of-month", words[2]}, std::pair{"month", words[3]}})
    if (word != "*")
      return ValueError("the " + std::string(name) + " field is " + in_quotes(word) +
                        ", but Coder allows only \"*\" there; choose days by weekday");

  const auto minutes = FieldReader(kMinute, words[0], strictness).read();
  if (!minutes) return minutes.error();
  const auto hours = FieldReader(kHour, words[1], strictness).read();
  if (!hours) return hours.error();
  const auto weekdays = FieldReader(kWeekday, words[4], strictness).read();
  if (!weekdays) return weekdays.error();
  schedule.minutes_ = *minutes;
  schedule.hours_ = static_cast<std::uint32_t>(*hours);
  schedule.weekdays_ = static_cast<std::uint8_t>(*weekdays);

  if (prefixed) schedule.text_.append(kPrefix).append(zone_name);
  for (const std::string_view word : words) {
    if (!schedule.text_.empty()) schedule.text_ += ' ';
    schedule.text_ += word;
  }
  schedule.text_.shrink_to_fit();
  return schedule;
}

namespace {

/// First minute at or after `from`, on the zone's own clock, that the sets allow. There is one within eight
/// days unless a set is empty.
std::optional<std::chrono::sys_seconds> next_on_clock(std::chrono::sys_seconds from,
                                                      const Schedule& schedule) {
  using namespace std::chrono;
  if (schedule.minutes() == 0 || schedule.hours() == 0 || schedule.weekdays() == 0) return std::nullopt;
  auto t = ceil<minutes>(from);
  while (true) {
    const auto day = floor<days>(t);
    const auto of_day = t - day;
    const auto hour = static_cast<unsigned>(of_day / hours{1});
    const auto minute = static_cast<unsigned>(of_day % hours{1} / minutes{1});
    if ((schedule.weekdays() >> weekday{day}.c_encoding() & 1U) == 0) {
      t = day + days{1};
    } else if ((schedule.hours() >> hour & 1U) == 0) {
      t = day + hours{hour + 1};
    } else if ((schedule.minutes() >> minute & 1U) == 0) {
      t += minutes{1};
    } else {
      return t;
    }
  }
}

}  // namespace

std::optional<std::chrono::sys_seconds> Schedule::next_after(std::chrono::sys_seconds after) const {
  using namespace std::chrono;
  const sys_seconds limit = after + kHorizon;
  sys_seconds from = after + seconds{1};
  // From one change of the clocks to the next the offset is constant. A local time that a gap swallows lies
  // in no such span, one that an overlap repeats lies in two: just as Coder computes.
  while (from <= limit) {
    const auto span = zone_->at(from);
    if (!span) return std::nullopt;
    const auto local = next_on_clock(from + span->offset, *this);
    if (!local) return std::nullopt;
    const sys_seconds start = *local - span->offset;
    if (start < span->end) return start;
    from = span->end;
  }
  return std::nullopt;
}

unsigned Schedule::weekday_of(std::chrono::sys_seconds at) const {
  const auto span = zone_->at(at);
  const auto local = span ? at + span->offset : at;
  return std::chrono::weekday(std::chrono::floor<std::chrono::days>(local)).c_encoding();
}

bool operator==(const Schedule& a, const Schedule& b) {
  return std::tie(a.minutes_, a.hours_, a.weekdays_) == std::tie(b.minutes_, b.hours_, b.weekdays_) &&
         TimeZone::same_rules(*a.zone_, *b.zone_);
}

ValueResult<Schedule> parse_schedule(std::string_view text) {
  return Schedule::Parser::read(text, Strictness::spec);
}

ValueResult<Schedule> parse_live_schedule(std::string_view text) {
  return Schedule::Parser::read(text, Strictness::live);
}

}  // namespace cr::specs
