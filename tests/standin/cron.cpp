#include "tests/standin/cron.h"

#include <date/tz.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace cr::standin {
namespace {

constexpr std::string_view kPrefix = "CRON_TZ=";
constexpr std::string_view kSpace = " \t\n\v\f\r";
constexpr std::array<std::string_view, 7> kShortDays = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr std::array<std::string_view, 7> kLongDays = {"sunday",   "monday", "tuesday", "wednesday",
                                                       "thursday", "friday", "saturday"};

struct Bounds {
  int low;
  int high;
  bool day_names;
};

std::vector<std::string> split_blanks(std::string_view text) {
  std::vector<std::string> fields;
  for (std::size_t at = text.find_first_not_of(kSpace); at != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(kSpace, at), text.size());
    fields.emplace_back(text.substr(at, end - at));
    at = text.find_first_not_of(kSpace, end);
  }
  return fields;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

std::optional<int> parse_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::optional<int> parse_value(const std::string& text, const Bounds& bounds) {
  if (bounds.day_names) {
    std::string lower = text;
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
    const auto* day = std::ranges::find(kShortDays, lower);
    if (day != kShortDays.end()) return static_cast<int>(day - kShortDays.begin());
  }
  return parse_number(text);
}

/// Adds the values of one list item to `values`; returns what is wrong with it, or nothing.
std::string add_item(const std::string& item, const Bounds& bounds, std::set<int>& values) {
  const auto range_and_step = split(item, '/');
  const auto low_and_high = split(range_and_step[0], '-');
  int low = bounds.low;
  int high = bounds.high;
  const bool star = low_and_high[0] == "*" || low_and_high[0] == "?";
  if (!star) {
    const auto first = parse_value(low_and_high[0], bounds);
    if (!first) return fmt::format("failed to parse int from {0}: invalid syntax", low_and_high[0]);
    if (*first < 0) return fmt::format("negative number ({}) not allowed: {}", *first, low_and_high[0]);
    if (low_and_high.size() > 2) return fmt::format("too many hyphens: {}", item);
    low = high = *first;
    if (low_and_high.size() == 2) {
      const auto last = parse_value(low_and_high[1], bounds);
      if (!last) return fmt::format("failed to parse int from {0}: invalid syntax", low_and_high[1]);
      high = *last;
    }
  }
  int step = 1;
  if (range_and_step.size() > 2) return fmt::format("too many slashes: {}", item);
  if (range_and_step.size() == 2) {
    const auto parsed = parse_number(range_and_step[1]);
    if (!parsed) return fmt::format("failed to parse int from {0}: invalid syntax", range_and_step[1]);
    step = *parsed;
    if (!star && low_and_high.size() == 1) high = bounds.high;
  }
  if (low < bounds.low)
    return fmt::format("beginning of range ({}) below minimum ({}): {}", low, bounds.low, item);
  if (high > bounds.high)
    return fmt::format("end of range ({}) above maximum ({}): {}", high, bounds.high, item);
  if (low > high) return fmt::format("beginning of range ({}) beyond end of range ({}): {}", low, high, item);
  if (step == 0) return fmt::format("step of range should be a positive number: {}", item);
  for (int value = low; value <= high; value += step) values.insert(value);
  return {};
}

std::string parse_field(const std::string& field, const Bounds& bounds, std::set<int>& values) {
  for (const auto& item : split(field, ',')) {
    if (item.empty()) continue;
    if (auto error = add_item(item, bounds, values); !error.empty()) return error;
  }
  return {};
}

bool known_zone(const std::string& zone) {
  if (zone.empty() || zone == "UTC") return true;
  if (zone == "Local" || zone == "localtime" || zone.front() == '/' || zone.find("..") != std::string::npos) {
    return false;
  }
  try {
    static_cast<void>(date::locate_zone(zone));
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace

ScheduleVerdict judge_schedule(std::string_view text) {
  const bool prefixed = text.starts_with(kPrefix);
  const auto all_fields = split_blanks(text);

  // Coder looks at the fields itself before its parser does.
  const std::size_t weekly = prefixed && !all_fields.empty() ? 1 : 0;
  if (all_fields.size() < 5 + weekly) {
    return ScheduleError{
        "validate weekly schedule: expected schedule to consist of 5 fields with an optional "
        "CRON_TZ=<timezone> prefix"};
  }

  Schedule schedule;
  std::string_view rest = text;
  if (prefixed) {
    const std::size_t blank = text.find(' ');
    if (blank == std::string_view::npos) return ScheduleCrash{};
    schedule.zone = std::string(text.substr(kPrefix.size(), blank - kPrefix.size()));
    rest = text.substr(blank);
  }
  const auto fields = split_blanks(rest);
  if (fields.size() == 5 && (fields[2] != "*" || fields[3] != "*")) {
    return ScheduleError{"validate weekly schedule: expected day-of-month and month to be *"};
  }
  if (!known_zone(schedule.zone)) {
    return ScheduleError{
        fmt::format("parse schedule: provided bad location {0}: unknown time zone {0}", schedule.zone)};
  }
  if (fields.size() != 5) {
    return ScheduleError{fmt::format("parse schedule: expected exactly 5 fields, found {}: [{}]",
                                     fields.size(), fmt::join(fields, " "))};
  }
  if (schedule.zone.empty()) schedule.zone = "UTC";

  std::set<int> minutes;
  std::set<int> hours;
  std::set<int> weekdays;
  for (const auto& error :
       {parse_field(fields[0], {0, 59, false}, minutes), parse_field(fields[1], {0, 23, false}, hours),
        parse_field(fields[4], {0, 6, true}, weekdays)}) {
    if (!error.empty()) return ScheduleError{"parse schedule: " + error};
  }
  for (const int minute : minutes) schedule.minutes.set(static_cast<std::size_t>(minute));
  for (const int hour : hours) schedule.hours.set(static_cast<std::size_t>(hour));
  for (const int day : weekdays) schedule.weekdays.set(static_cast<std::size_t>(day));
  return schedule;
}

std::optional<Time> next_start(const Schedule& schedule, Time after,
                               const std::vector<std::string>& allowed_days) {
  const date::time_zone* zone = nullptr;
  try {
    zone = date::locate_zone(schedule.zone == "UTC" ? "Etc/UTC" : schedule.zone);
  } catch (const std::exception&) {
    return std::nullopt;
  }
  constexpr int kHorizonDays = 16;
  const auto first_day = date::floor<date::days>(zone->to_local(after)) - date::days(1);
  for (int offset = 0; offset < kHorizonDays; ++offset) {
    const date::local_days day = first_day + date::days(offset);
    const std::size_t weekday = date::weekday(day).c_encoding();
    if (!schedule.weekdays.test(weekday)) continue;
    if (std::ranges::find(allowed_days, kLongDays[weekday]) == allowed_days.end()) continue;
    std::optional<Time> best;
    for (std::size_t hour = 0; hour < schedule.hours.size(); ++hour) {
      if (!schedule.hours.test(hour)) continue;
      for (std::size_t minute = 0; minute < schedule.minutes.size(); ++minute) {
        if (!schedule.minutes.test(minute)) continue;
        const auto local = day + std::chrono::hours(hour) + std::chrono::minutes(minute);
        const auto info = zone->get_info(local);
        if (info.result == date::local_info::nonexistent) continue;
        for (const auto* side : {&info.first, &info.second}) {
          if (side == &info.second && info.result != date::local_info::ambiguous) continue;
          const Time start(local.time_since_epoch() - side->offset);
          if (start > after && (!best || start < *best)) best = start;
        }
      }
    }
    if (best) return best;
  }
  return std::nullopt;
}

}  // namespace cr::standin
