#include "specs/clock_changes.h"

#include <memory>
#include <optional>

#include "specs/time_zone.h"

namespace cr::specs {
namespace {

using namespace std::chrono;

constexpr auto kAhead = days{366};

/// A span on the zone's own clock.
struct LocalSpan {
  sys_seconds begin;
  sys_seconds end;
};

bool starts_at(const Schedule& schedule, sys_seconds local) {
  const auto day = floor<days>(local);
  const auto hour = static_cast<unsigned>((local - day) / hours{1});
  const auto minute = static_cast<unsigned>((local - day) % hours{1} / minutes{1});
  return (schedule.weekdays() >> weekday{day}.c_encoding() & 1U) != 0 &&
         (schedule.hours() >> hour & 1U) != 0 && (schedule.minutes() >> minute & 1U) != 0;
}

/// The first start of a span, and how many there are.
struct Found {
  sys_seconds first;
  std::size_t starts = 0;
};
Found starts_within(const Schedule& schedule, const LocalSpan& span) {
  Found found;
  for (auto at = ceil<minutes>(span.begin); at < span.end; at += minutes{1}) {
    if (!starts_at(schedule, at)) continue;
    if (found.starts++ == 0) found.first = at;
  }
  return found;
}

/// Whether a start comes in the hour beside, so that none is missed and one more is nothing new.
bool keeps_its_rhythm(const Schedule& schedule, const LocalSpan& span, ClockChange::Effect effect) {
  if (starts_within(schedule, {span.end, span.end + hours{1}}).starts > 0) return true;
  return effect == ClockChange::Effect::repeats &&
         starts_within(schedule, {span.begin - hours{1}, span.begin}).starts > 0;
}

}  // namespace

std::vector<ClockChange> clock_changes(const Schedule& schedule, sys_seconds now) {
  std::vector<ClockChange> changes;
  const std::shared_ptr<const TimeZone> zone = TimeZone::find(schedule.zone());
  auto before = zone ? zone->at(now) : std::nullopt;
  while (before && before->end < now + kAhead) {
    const auto after = zone->at(before->end);
    if (!after || after->end <= before->end) break;
    const sys_seconds at = before->end;
    const seconds was = before->offset;
    const seconds is = after->offset;
    before = after;
    if (is == was) continue;
    const auto effect = is > was ? ClockChange::Effect::skips : ClockChange::Effect::repeats;
    const LocalSpan span{at + std::min(was, is), at + std::max(was, is)};
    const Found found = starts_within(schedule, span);
    if (found.starts == 0 || keeps_its_rhythm(schedule, span, effect)) continue;
    const auto date = floor<days>(found.first);
    changes.push_back({.effect = effect,
                       .date = date,
                       .begin = floor<minutes>(span.begin - date),
                       .end = floor<minutes>(span.end - date),
                       .start = floor<minutes>(found.first - date),
                       .starts = found.starts});
  }
  return changes;
}

}  // namespace cr::specs
