#include "specs/warnings.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "specs/clock_changes.h"
#include "specs/duration.h"
#include "specs/exception_limits.h"
#include "specs/field_table.h"
#include "specs/start_curve.h"
#include "specs/text/timestamp.h"

namespace cr::specs {
namespace {

using namespace std::chrono;

/// An exception that is over is nobody's business at once.
constexpr auto kMayLinger = days{7};
constexpr auto kWeek = days{7};
constexpr std::size_t kOthersInText = 3;

constexpr std::array kKinds = {WarningKind::clock_change,   WarningKind::long_ttl,
                               WarningKind::several_starts, WarningKind::exception_over,
                               WarningKind::crowded_start,  WarningKind::unused_defaults};

// --- words ---

std::string date_text(sys_days date) {
  return fmt::format("{:%F}", fmt::gmtime(system_clock::to_time_t(date)));
}

/// "02:30"; the end of a day is 24:00.
std::string clock_text(minutes of_day) {
  if (of_day > hours{24}) of_day -= hours{24};
  return fmt::format("{:02}:{:02}", of_day / hours{1}, of_day % hours{1} / minutes{1});
}

std::string span_text(minutes begin, minutes end) {
  return clock_text(begin) + "–" + clock_text(end);
}

/// "a", "a and b", "a, b and c"
std::string enumerated(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " and " : ", ";
    text += words[i];
  }
  return text;
}

/// What is said of a spec, wherever else it may be said too.
struct Saying {
  WarningKind kind = WarningKind::long_ttl;
  FieldPath field;
  std::string message;
  std::string remedy;
  auto operator<=>(const Saying&) const = default;
};

// --- changes of the clocks ---

/// Changes that do the same on different dates.
struct SameChanges {
  ClockChange first;
  std::vector<std::string> dates;
};

std::vector<SameChanges> grouped(const std::vector<ClockChange>& changes) {
  std::vector<SameChanges> groups;
  for (const ClockChange& change : changes) {
    const auto same = std::ranges::find_if(groups, [&](const SameChanges& group) {
      ClockChange there = group.first;
      there.date = change.date;
      return there == change;
    });
    SameChanges& group = same == groups.end() ? groups.emplace_back(SameChanges{change, {}}) : *same;
    group.dates.push_back(date_text(change.date));
  }
  return groups;
}

std::optional<Saying> clock_saying(const Schedule& schedule, sys_seconds now) {
  const std::vector<SameChanges> groups = grouped(clock_changes(schedule, now));
  if (groups.empty()) return std::nullopt;
  std::vector<std::string> spans;
  std::string message;
  for (const auto& [change, dates] : groups) {
    const bool skips = change.effect == ClockChange::Effect::skips;
    const bool one = change.starts == 1;
    const std::string span = span_text(change.begin, change.end);
    if (std::ranges::find(spans, span) == spans.end()) spans.push_back(span);
    message += message.empty() ? "" : "; ";
    message += one ? fmt::format("the start at {}", clock_text(change.start))
                   : fmt::format("{} starts from {} on", change.starts, clock_text(change.start));
    message += skips ? (one ? " does not come" : " do not come") : (one ? " comes twice" : " come twice");
    message += fmt::format(" on {}, when the clocks of {} {} {}", enumerated(dates), schedule.zone(),
                           skips ? "skip" : "repeat", span);
  }
  return Saying{WarningKind::clock_change,
                {"spec", "autostart"},
                std::move(message),
                "choose a time outside " + enumerated(spans)};
}

// --- starts of a day, and what lasts beyond them ---

std::optional<Saying> several_starts_saying(const Schedule& schedule) {
  const int starts = std::popcount(schedule.minutes()) * std::popcount(schedule.hours());
  if (starts <= 1) return std::nullopt;
  const auto hour = std::countr_zero(schedule.hours());
  const auto minute = std::countr_zero(schedule.minutes());
  return Saying{WarningKind::several_starts,
                {"spec", "autostart"},
                fmt::format("{} starts a day: what somebody stops is started again", starts),
                fmt::format("choose one minute and one hour, such as \"{} {}\"", minute, hour)};
}

/// The shortest time between two starts of one a day, by the clock on the wall.
hours shortest_gap(const Schedule& schedule) {
  constexpr int kDays = 7;
  int shortest = kDays;
  for (int day = 0; day < kDays; ++day) {
    if ((schedule.weekdays() >> day & 1) == 0) continue;
    int gap = 1;
    while ((schedule.weekdays() >> ((day + gap) % kDays) & 1) == 0) ++gap;
    shortest = std::min(shortest, gap);
  }
  return days{shortest};
}

std::optional<Saying> ttl_saying(const Schedule& schedule, Ttl ttl) {
  // Where there are several a day nothing that can be written for the TTL helps.
  if (schedule.weekdays() == 0 || several_starts_saying(schedule)) return std::nullopt;
  const hours gap = shortest_gap(schedule);
  if (ttl < gap) return std::nullopt;
  const std::string shown = format_duration(gap);
  return Saying{
      WarningKind::long_ttl,
      {"spec", "ttl"},
      fmt::format("{} reaches the next start, {} after the one before, so that the workspace can be "
                  "still running then and nothing starts",
                  format_duration(ttl), shown),
      fmt::format("write a TTL below {}, or null for no automatic stop", shown)};
}

// --- exceptions ---

FieldPath path_of(const ExceptionInTime& exception) {
  switch (exception.kind) {
    case ExceptionKind::keep_awake:
      return {"spec", "keepAwake", fmt::format("[{}]", exception.place), "until"};
    case ExceptionKind::retain:
      return {"spec", "retain", "until"};
    case ExceptionKind::suspend:
      break;
  }
  return {"metadata", "annotations", std::string(kSuspendAnnotation)};
}

std::string_view words_for(ExceptionKind kind) {
  switch (kind) {
    case ExceptionKind::keep_awake:
      return "keepAwake";
    case ExceptionKind::retain:
      return "retain";
    case ExceptionKind::suspend:
      break;
  }
  return "the suspension";
}

/// A date where it ends with a day.
std::string end_text(sys_seconds end, ExceptionKind kind) {
  const auto day = floor<days>(end);
  if (end != day) return text::format_timestamp(end);
  // The date of a suspension is the first day without it, that of the others the last one with it.
  return date_text(kind == ExceptionKind::suspend ? day : day - days{1});
}

void add_exceptions(const WorkspaceSpec& spec, sys_seconds now, std::vector<Saying>& sayings) {
  for (const ExceptionInTime& one : exceptions_of(spec, now)) {
    if (one.state != ExceptionState::over || one.until + kMayLinger > now) continue;
    sayings.push_back({WarningKind::exception_over, path_of(one),
                       fmt::format("{} was until {} and has no effect any more", words_for(one.kind),
                                   end_text(one.until, one.kind)),
                       "remove it, or give it a new end"});
  }
}

// --- gathering ---

auto rank_of(const SpecPtr& spec) {
  return std::tuple(spec->where.path(), spec->where.line, spec->where.column);
}
bool stands_before(const SpecPtr& a, const SpecPtr& b) {
  return rank_of(a) < rank_of(b);
}

std::string name_of(const WorkspaceSpec& spec) {
  return spec.body->set.empty() ? identity_of(spec).to_string() : "set " + *spec.body->set;
}

/// A set has its workspace's fields further down.
FieldPath path_in_document(const WorkspaceSpec& spec, const FieldPath& field) {
  if (spec.body->set.empty()) return field;
  FieldPath path{"spec", "template"};
  path.insert(path.end(), field.begin(), field.end());
  return path;
}

/// Of all workspaces that it is said of, in any order.
Warning warning_of(const Saying& saying, std::vector<SpecPtr> specs) {
  Warning warning;
  warning.kind = saying.kind;
  warning.message = saying.message;
  warning.remedy = saying.remedy;
  warning.workspaces = specs.size();
  const std::size_t kept = std::min(specs.size(), Warning::kOthers + 1);
  std::partial_sort(specs.begin(), specs.begin() + static_cast<std::ptrdiff_t>(kept), specs.end(),
                    stands_before);
  specs.resize(kept);
  warning.spec = specs.front();
  warning.where = warning.spec->where;
  warning.field = path_in_document(*warning.spec, saying.field);
  warning.others.assign(specs.begin() + 1, specs.end());
  return warning;
}

/// What is said of each spec by itself. A fleet has few schedules: each is looked at once.
class Sayings {
 public:
  explicit Sayings(sys_seconds now) : now_(now) {}

  void add(const SpecPtr& spec) {
    std::vector<Saying> sayings;
    if (const auto* schedule = spec->fields.get<Schedule>("autostart")) {
      const auto [known, fresh] = of_schedules_.try_emplace(schedule->text());
      if (fresh) known->second = of_schedule(*schedule);
      for (std::vector<SpecPtr>* specs : known->second) specs->push_back(spec);
      if (const auto* ttl = spec->fields.get<Ttl>("ttl")) {
        if (auto saying = ttl_saying(*schedule, *ttl)) sayings.push_back(std::move(*saying));
      }
    }
    add_exceptions(*spec, now_, sayings);
    for (Saying& saying : sayings) specs_of_[std::move(saying)].push_back(spec);
  }

  void append_to(std::vector<Warning>& warnings) && {
    for (auto& [saying, specs] : specs_of_) warnings.push_back(warning_of(saying, std::move(specs)));
  }

 private:
  /// Where the specs with this schedule are gathered.
  std::vector<std::vector<SpecPtr>*> of_schedule(const Schedule& schedule) {
    std::vector<std::vector<SpecPtr>*> lists;
    if (auto saying = clock_saying(schedule, now_)) lists.push_back(&specs_of_[std::move(*saying)]);
    if (auto saying = several_starts_saying(schedule)) lists.push_back(&specs_of_[std::move(*saying)]);
    return lists;
  }

  sys_seconds now_;
  std::map<Saying, std::vector<SpecPtr>> specs_of_;
  std::unordered_map<std::string_view, std::vector<std::vector<SpecPtr>*>> of_schedules_;
};

// --- crowds ---

/// The same time of several days at which too many start.
struct Crowd {
  std::uint32_t most = 0;
  sys_seconds slot;  ///< when most do
  std::uint8_t weekdays = 0;
};
using SpanOfDay = std::pair<minutes, minutes>;

std::map<SpanOfDay, Crowd> crowds_of(const StartCurve& curve, std::size_t limit) {
  std::map<SpanOfDay, Crowd> crowds;
  for (std::size_t i = 0; i < curve.slots.size(); ++i) {
    if (curve.slots[i] <= limit) continue;
    const std::size_t first = i;
    std::size_t peak = i;
    for (; i < curve.slots.size() && curve.slots[i] > limit; ++i) {
      if (curve.slots[i] > curve.slots[peak]) peak = i;
    }
    const sys_seconds begin = curve.slot_begins(first);
    const auto day = floor<days>(begin);
    const auto length = floor<minutes>(curve.slot_begins(i) - begin);
    const auto of_day = floor<minutes>(begin - day);
    Crowd& crowd = crowds[{of_day, of_day + length}];
    crowd.weekdays |= static_cast<std::uint8_t>(1U << weekday{day}.c_encoding());
    if (curve.slots[peak] <= crowd.most) continue;
    crowd.most = curve.slots[peak];
    crowd.slot = curve.slot_begins(peak);
  }
  return crowds;
}

std::string weekdays_text(std::uint8_t weekdays) {
  constexpr std::array<std::string_view, 7> kNames{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  std::vector<std::string> names;
  for (std::size_t i = 1; i <= kNames.size(); ++i) {
    const std::size_t day = i % kNames.size();
    if ((weekdays >> day & 1) != 0) names.emplace_back(kNames[day]);
  }
  return names.size() == kNames.size() ? "every day" : "on " + enumerated(names);
}

void append_crowds(const DesiredState& desired, sys_seconds now, const WarningLimits& limits,
                   std::vector<Warning>& warnings) {
  // Each slot of the week once and as a whole, that which has begun too.
  using Slot = duration<std::int64_t, std::ratio<300>>;
  const sys_seconds from = floor<Slot>(now) - seconds{1};
  const StartCurve curve = start_curve(desired, from, kWeek);
  for (const auto& [span, crowd] : crowds_of(curve, limits.starts_per_5m)) {
    std::vector<SpecPtr> specs;
    for (const SpecPtr& spec : desired.specs) {
      if (starts_in_slot(*spec, from, crowd.slot)) specs.push_back(spec);
    }
    if (specs.empty()) continue;
    const bool one_slot = span.second - span.first <= StartCurve::kSlot;
    const Saying saying{
        WarningKind::crowded_start,
        {"spec", "autostart"},
        fmt::format("{}{} workspaces start within {}{} UTC {}, and {} allows {}", one_slot ? "" : "up to ",
                    crowd.most, one_slot ? "" : "five minutes of ", span_text(span.first, span.second),
                    weekdays_text(crowd.weekdays), limits.starts_setting, limits.starts_per_5m),
        "spread their minutes"};
    warnings.push_back(warning_of(saying, std::move(specs)));
  }
}

// --- defaults ---

void append_unused(const DesiredState& desired, std::vector<Warning>& warnings) {
  // What is invalid may be what they are for.
  if (desired.invalid_documents > 0) return;
  for (const DefaultsInUse& one : desired.defaults) {
    if (one.used > 0) continue;
    Warning& warning = warnings.emplace_back();
    warning.kind = WarningKind::unused_defaults;
    warning.where = one.where;
    warning.workspaces = 0;
    warning.remedy = "remove the document";
    if (one.selected > 0) {
      warning.field = {"spec", "values"};
      warning.message =
          one.selected == 1
              ? "the one document that they are for takes none of them"
              : fmt::format("none of the {} documents that they are for takes one", one.selected);
      warning.remedy += ", or what gives the same fields nearer by";
    } else if (one.has_selector) {
      warning.field = {"spec", "selector"};
      warning.message = "selects no workspace and no set in this directory or below";
      warning.remedy = "correct it, or remove the document";
    } else {
      warning.field = {"metadata", "name"};
      warning.message = "there is no workspace and no set in this directory or below";
    }
  }
}

}  // namespace

std::span<const WarningKind> all_warning_kinds() {
  return kKinds;
}

std::string_view to_string(WarningKind kind) {
  switch (kind) {
    case WarningKind::clock_change:
      return "clock_change";
    case WarningKind::long_ttl:
      return "long_ttl";
    case WarningKind::several_starts:
      return "several_starts";
    case WarningKind::exception_over:
      return "exception_over";
    case WarningKind::crowded_start:
      return "crowded_start";
    case WarningKind::unused_defaults:
      return "unused_defaults";
  }
  return "unknown";
}

std::vector<Warning> warnings_on(const DesiredState& desired, sys_seconds now, const WarningLimits& limits) {
  std::vector<Warning> warnings;
  Sayings sayings(now);
  for (const SpecPtr& spec : desired.specs) sayings.add(spec);
  for (const SetPtr& set : desired.sets) sayings.add(SpecPtr(set, &set->workspace));
  std::move(sayings).append_to(warnings);
  if (limits.starts_per_5m > 0) append_crowds(desired, now, limits, warnings);
  append_unused(desired, warnings);
  std::ranges::stable_sort(warnings, [](const Warning& a, const Warning& b) {
    return std::tuple(a.where.path(), a.where.line, a.where.column, a.kind) <
           std::tuple(b.where.path(), b.where.line, b.where.column, b.kind);
  });
  return warnings;
}

std::optional<FieldPlace> place_of(const Warning& warning, FieldPlaces& places) {
  if (warning.spec) {
    const std::size_t below = warning.spec->body->set.empty() ? 1 : 3;
    const bool of_spec = warning.field.size() > below && warning.field[below - 1] == "spec";
    const DefaultedField* from = of_spec ? default_of(*warning.spec, warning.field[below]) : nullptr;
    if (from) return FieldPlace{from->where, {}};
  }
  return places.find(warning.where, warning.field);
}

Diagnostic as_diagnostic(const Warning& warning, const std::optional<FieldPlace>& place) {
  Diagnostic diagnostic;
  diagnostic.where = place ? place->where : warning.where;
  if (place) diagnostic.excerpt = place->excerpt;
  diagnostic.document = warning.where.line;
  diagnostic.document_column = warning.where.column;
  diagnostic.message = fmt::format("warning: {}: {}", to_text(warning.field), warning.message);
  diagnostic.remedy = warning.remedy;
  if (warning.workspaces <= 1) return diagnostic;
  std::vector<std::string> others;
  for (const SpecPtr& other : warning.others) {
    if (others.size() == kOthersInText) break;
    others.push_back(name_of(*other));
  }
  if (const std::size_t more = warning.workspaces - 1 - others.size(); more > 0)
    others.push_back(fmt::format("{} more", more));
  diagnostic.message += "; also for " + enumerated(others);
  return diagnostic;
}

}  // namespace cr::specs
