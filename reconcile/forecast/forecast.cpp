#include "reconcile/forecast/forecast.h"

#include <algorithm>

namespace cr::reconcile {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_seconds;

// Coder itself gives up a job that nobody has taken, or that has been silent, after half an hour.
constexpr auto kStuckAfter = 30min;
// Between a build's end and the deadline that Coder counts from it, and between a deadline and the stop.
constexpr auto kSlack = 1min;
// From a stop that is due to its end. Coder names the next start when the stop has ended, and passes over
// what was due before: a start so soon after may come, and is not promised.
constexpr auto kStopTakes = 5min;
// What is being started counts its time to live from the end of that build.
constexpr auto kBuildTakes = 5min;
constexpr auto kQuarter = 15min;
// Schedules are weekly: what no day of a week allows, none will.
constexpr auto kWeek = std::chrono::days(7);
constexpr std::uint8_t kAllDays = 0x7F;

std::uint8_t days_of(const coder::Template* policy) {
  return policy ? policy->autostart_days : kAllDays;
}

bool is_running(const LiveBuild& build) {
  return build.transition == Transition::start && build.status == BuildStatus::running;
}

/// A stop whose job did not fail: what Coder's scheduler starts. One that was cancelled counts.
bool is_stopped(const LiveBuild& build) {
  return build.transition == Transition::stop &&
         (build.status == BuildStatus::stopped || build.status == BuildStatus::canceled);
}

/// When Coder stops what failed to start; none: never, or it should have and did not.
Instant failed_stop(const LiveBuild& build, const coder::Template* policy, sys_seconds now) {
  if (!policy || policy->failure_ttl.count() <= 0 || !build.completed) return {};
  if (build.transition != Transition::start || build.status != BuildStatus::failed) return {};
  const sys_seconds at = *build.completed + std::chrono::ceil<std::chrono::seconds>(policy->failure_ttl);
  return at + kMayBeLate < now ? Instant() : Instant(at);
}

/// Until when it runs, or is taken to while it is being started; none: until somebody stops it, or it does
/// not.
Instant run_end(const LiveWorkspace& live, sys_seconds now) {
  const LiveBuild& build = live.build;
  if (is_running(build)) return build.deadline;
  if (build.transition != Transition::start || !build.active() || !live.ttl) return {};
  return Instant(std::chrono::ceil<std::chrono::seconds>(now + *live.ttl + kBuildTakes));
}

/// Coder itself names the next start, and any day is as good as another.
bool is_named(const LiveWorkspace& live, const coder::Template* policy, sys_seconds now) {
  return live.next_start && *live.next_start > now && days_of(policy) == kAllDays;
}

bool allows(std::uint8_t days, const specs::Schedule& schedule, sys_seconds at) {
  return (days & 1U << schedule.weekday_of(at)) != 0;
}

/// The first start after `after` on a day that the template allows.
std::optional<sys_seconds> next_allowed(const specs::Schedule& schedule, std::uint8_t days,
                                        sys_seconds after) {
  if ((schedule.weekdays() & days) == 0) return std::nullopt;
  const sys_seconds end = after + kWeek;
  std::optional<sys_seconds> next = schedule.next_after(after);
  while (next && *next <= end && !allows(days, schedule, *next)) {
    // No day ends within a quarter of an hour, in any zone: a dense schedule is not walked minute by minute.
    const auto quarter = std::chrono::floor<std::chrono::duration<std::int64_t, std::ratio<900>>>(*next);
    next = schedule.next_after(quarter + kQuarter - 1s);
  }
  return next && allows(days, schedule, *next) ? next : std::nullopt;
}

class Outlook {
 public:
  explicit Outlook(const ForecastInput& input) : in_(input), live_(input.live), build_(input.live.build) {}

  [[nodiscard]] Forecast look() const {
    return {start(), stop(), live_.dormant ? live_.deleting : Instant()};
  }

 private:
  [[nodiscard]] StartForecast start() const {
    StartForecast start;
    const bool named = is_named(live_, in_.policy, in_.now);
    if (live_.autostart_schedule.empty() || (!named && !in_.schedule) || is_being_deleted() ||
        build_.transition == Transition::unknown || build_.status == BuildStatus::unknown) {
      return start;
    }
    const Instant due = named ? Instant() : owed();
    const bool late = due && in_.now - *due > kMayBeLate;
    if (late && !in_.parameters_mismatch.value_or(false)) start.missed = due;
    start.at = named ? live_.next_start : due && !late ? due : next_named();
    if (!start.at) return start;
    start.blocked = blocked_at(*start.at);
    if (!start.blocked.empty() && in_.schedule) start.instead = instead_of(start);
    return start;
  }

  /// The first start that is named, and allowed, once all that blocks this one is over.
  [[nodiscard]] Instant instead_of(const StartForecast& start) const {
    sys_seconds after = *start.at;
    Instant stop;
    CauseSet lasting = start.blocked.without(Cause::DayNotAllowed).without(Cause::AlreadyRunning);
    if (const Instant stopped = failed_stop(build_, in_.policy, in_.now)) {
      lasting = lasting.without(Cause::LastBuildFailed);
      stop = stopped;
    }
    if (!lasting.empty()) return {};
    if (runs_until(after)) {
      stop = kept_end();
      if (!stop) return {};
    }
    // Whether a start comes that is due while it is being stopped nobody knows, nor what follows then.
    if (stop) after = std::max(after, *stop);
    const auto other = next_allowed(*in_.schedule, days(), after);
    const bool in_doubt = other && stop && *other <= *stop + kStopTakes;
    return other && !in_doubt ? Instant(*other) : Instant();
  }

  [[nodiscard]] Instant next_named() const {
    const auto next = in_.schedule->next_after(in_.now);
    return next ? Instant(*next) : Instant();
  }

  [[nodiscard]] bool is_being_deleted() const {
    return build_.transition == Transition::del && !build_.ended_badly();
  }

  [[nodiscard]] CauseSet blocked_at(sys_seconds at) const {
    CauseSet causes = standing();
    if (const std::uint8_t allowed = days(); allowed != kAllDays && !allows(allowed, *in_.schedule, at))
      causes.add(Cause::DayNotAllowed);
    if (in_.parameters_mismatch.value_or(false)) causes.add(Cause::ParametersMismatch);
    if (build_.active()) {
      if (!build_.has_provisioner) causes.add(Cause::NoProvisioner);
      if (build_.created && in_.now - *build_.created > kStuckAfter) causes.add(Cause::BuildStuck);
    }
    if (build_.transition == Transition::stop) {
      if (build_.status == BuildStatus::failed) causes.add(Cause::LastStopFailed);
    } else if (build_.ended_badly()) {
      const Instant stopped = failed_stop(build_, in_.policy, in_.now);
      if (!stopped || *stopped + kStopTakes >= at) causes.add(Cause::LastBuildFailed);
    } else if (causes.empty() && runs_until(at)) {
      causes.add(Cause::AlreadyRunning);
    }
    return causes;
  }

  /// What forbids a start at any time.
  [[nodiscard]] CauseSet standing() const {
    CauseSet causes;
    if (live_.dormant) causes.add(Cause::Dormant);
    if (in_.owner_inactive) causes.add(Cause::OwnerSuspended);
    if (in_.policy && !in_.policy->allow_user_autostart) causes.add(Cause::TemplateForbidsAutostart);
    return causes;
  }

  /// run_end(), with the exception that keeps it running.
  [[nodiscard]] Instant kept_end() const {
    const Instant end = run_end(live_, in_.now);
    if (!is_running(build_) || !end || !(in_.kept_awake_until > end)) return end;
    const bool cut = build_.max_deadline && build_.max_deadline < in_.kept_awake_until;
    return cut ? build_.max_deadline : in_.kept_awake_until;
  }

  /// Of what runs, or is being started. What is stopped or failed does not.
  [[nodiscard]] bool runs_until(sys_seconds at) const {
    if (build_.transition == Transition::stop || build_.ended_badly()) return false;
    const Instant end = kept_end();
    if (is_running(build_)) return !end || *end + kStopTakes > at;
    return !live_.ttl || in_.now + *live_.ttl + kBuildTakes > at;
  }

  /// A start whose time has come and that Coder still owes, if any: it counts from when the stop was queued.
  [[nodiscard]] Instant owed() const {
    if (!is_stopped(build_) || !standing().empty()) return {};
    Instant due = live_.next_start;
    // Coder computes it anew when a build succeeds: what it named before this stop is no longer owed.
    const bool stale = due && build_.created && due <= build_.created;
    if (build_.created && (stale || (!due && !live_.tells_next_start))) {
      const auto first = next_allowed(*in_.schedule, days(), *build_.created);
      due = first ? Instant(*first) : Instant();
    }
    return due && *due <= in_.now ? due : Instant();
  }

  /// The days that count. Where Coder itself names a start on a day that the template forbids, the template's
  /// word is not in force (there is no licence for it).
  [[nodiscard]] std::uint8_t days() const {
    const std::uint8_t told = days_of(in_.policy);
    if (told == kAllDays || !live_.next_start || allows(told, *in_.schedule, *live_.next_start)) return told;
    return kAllDays;
  }

  [[nodiscard]] StopForecast stop() const {
    if (const Instant stopped = failed_stop(build_, in_.policy, in_.now)) return {stopped, StopBy::failure};
    // Coder's scheduler passes over what is dormant.
    if (!is_running(build_) || live_.dormant) return {};
    // At its next look. Coder did not before 2.14; one that names no next start may be as old.
    if (in_.owner_suspended && live_.tells_next_start) {
      return {Instant(std::chrono::floor<std::chrono::minutes>(in_.now) + 1min), StopBy::suspension};
    }
    if (!build_.deadline) return {};
    if (const Instant end = kept_end(); end != build_.deadline)
      return {end, end == in_.kept_awake_until ? StopBy::keep_awake : StopBy::template_limit};
    return {build_.deadline, decider()};
  }

  [[nodiscard]] StopBy decider() const {
    if (build_.max_deadline && *build_.deadline + kSlack >= *build_.max_deadline)
      return StopBy::template_limit;
    const bool by_ttl = live_.ttl && build_.completed &&
                        *build_.deadline <= *build_.completed + *live_.ttl + kSlack &&
                        *build_.deadline + kSlack >= *build_.completed + *live_.ttl;
    if (by_ttl) return StopBy::ttl;
    return live_.last_used > build_.completed ? StopBy::activity : StopBy::deadline;
  }

  const ForecastInput& in_;
  const LiveWorkspace& live_;
  const LiveBuild& build_;
};

}  // namespace

std::string_view to_string(StopBy by) {
  switch (by) {
    case StopBy::nobody:
      return "nobody";
    case StopBy::ttl:
      return "ttl";
    case StopBy::activity:
      return "activity";
    case StopBy::keep_awake:
      return "keep_awake";
    case StopBy::template_limit:
      return "template_limit";
    case StopBy::deadline:
      return "deadline";
    case StopBy::failure:
      return "failure";
    case StopBy::suspension:
      return "suspension";
  }
  return "nobody";
}

bool needs_schedule(const LiveWorkspace& live, const coder::Template* policy, sys_seconds now) {
  if (live.autostart_schedule.empty()) return false;
  if (!is_named(live, policy, now)) return true;
  const Instant end = run_end(live, now);
  const Instant stopped = failed_stop(live.build, policy, now);
  return std::max(end, stopped) && *std::max(end, stopped) + kStopTakes >= *live.next_start;
}

Forecast forecast(const ForecastInput& input) {
  return Outlook(input).look();
}

bool moves_to_active_version(const LiveWorkspace& live, const coder::Template* policy) {
  const bool required = policy ? policy->require_active_version : live.requires_active_version;
  return live.outdated && (required || live.automatic_updates == LiveAutomaticUpdates::always);
}

bool starts_within(const StartForecast& start, sys_seconds now, std::chrono::seconds span) {
  return start.at && *start.at <= now + span;
}

}  // namespace cr::reconcile
