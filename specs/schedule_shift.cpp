#include "specs/schedule_shift.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace cr::specs {
namespace {

constexpr unsigned kMinutes = 60;
constexpr unsigned kHours = 24;
constexpr unsigned kDays = 7;
constexpr unsigned kWeek = kMinutes * kHours * kDays;

/// Minutes since the beginning of Sunday.
std::vector<unsigned> starts_of(const Schedule& schedule) {
  std::vector<unsigned> starts;
  starts.reserve(static_cast<std::size_t>(std::popcount(schedule.minutes())) *
                 static_cast<std::size_t>(std::popcount(schedule.hours())) *
                 static_cast<std::size_t>(std::popcount(schedule.weekdays())));
  for (unsigned day = 0; day < kDays; ++day) {
    if ((schedule.weekdays() >> day & 1U) == 0) continue;
    for (unsigned hour = 0; hour < kHours; ++hour) {
      if ((schedule.hours() >> hour & 1U) == 0) continue;
      for (unsigned minute = 0; minute < kMinutes; ++minute) {
        if ((schedule.minutes() >> minute & 1U) != 0)
          starts.push_back((day * kHours + hour) * kMinutes + minute);
      }
    }
  }
  return starts;
}

struct Sets {
  std::uint64_t minutes = 0, hours = 0, weekdays = 0;
};

/// Nothing where the moved starts are not all combinations of three sets.
std::optional<Sets> sets_of(const std::vector<unsigned>& starts, unsigned by) {
  Sets sets;
  for (const unsigned start : starts) {
    const unsigned at = (start + by) % kWeek;
    sets.minutes |= std::uint64_t{1} << at % kMinutes;
    sets.hours |= std::uint64_t{1} << at / kMinutes % kHours;
    sets.weekdays |= std::uint64_t{1} << at / (kMinutes * kHours);
  }
  const int combinations =
      std::popcount(sets.minutes) * std::popcount(sets.hours) * std::popcount(sets.weekdays);
  return std::cmp_equal(combinations, starts.size()) ? std::optional(sets) : std::nullopt;
}

/// As cron writes it: "*", "0,30", "1-5".
std::string list_of(std::uint64_t set, unsigned size) {
  if (static_cast<unsigned>(std::popcount(set)) == size) return "*";
  std::string text;
  for (unsigned first = 0; first < size; ++first) {
    if ((set >> first & 1U) == 0) continue;
    unsigned last = first;
    while (last + 1 < size && (set >> (last + 1) & 1U) != 0) ++last;
    if (!text.empty()) text += ',';
    text += std::to_string(first);
    if (last > first) text += (last == first + 1 ? ',' : '-') + std::to_string(last);
    first = last;
  }
  return text;
}

unsigned within_a_week(std::chrono::minutes by) {
  return static_cast<unsigned>(by.count() % kWeek);
}

}  // namespace

std::optional<Schedule> moved(const Schedule& schedule, std::chrono::minutes by) {
  if (within_a_week(by) == 0) return schedule;
  const auto sets = sets_of(starts_of(schedule), within_a_week(by));
  if (!sets) return std::nullopt;
  std::string text = schedule.text().starts_with("CRON_TZ=") ? "CRON_TZ=" + schedule.zone() + ' ' : "";
  text += list_of(sets->minutes, kMinutes) + ' ' + list_of(sets->hours, kHours) + " * * " +
          list_of(sets->weekdays, kDays);
  auto read = parse_schedule(text);
  if (!read) return std::nullopt;
  return std::move(*read);
}

std::chrono::minutes room_to_move(const Schedule& schedule, std::chrono::minutes span) {
  const std::vector<unsigned> starts = starts_of(schedule);
  std::chrono::minutes room{1};
  while (room < span && sets_of(starts, within_a_week(room))) ++room;
  return room;
}

}  // namespace cr::specs
