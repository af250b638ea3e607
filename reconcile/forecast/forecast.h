#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "reconcile/coder/types.h"
#include "reconcile/forecast/cause.h"
#include "reconcile/model/instant.h"
#include "reconcile/model/live_workspace.h"
#include "specs/schedule.h"

namespace cr::reconcile {

/// So long after its time a start or a stop may still come: Coder's scheduler needs a minute or two, the
/// build's queue some more.
inline constexpr std::chrono::minutes kMayBeLate{10};
/// Starts are spoken of, counted and asked about so long before they are due.
inline constexpr std::chrono::hours kLookAhead{24};

/// The next start that a workspace's schedule names.
struct StartForecast {
  Instant at;        ///< none: it has no schedule, or one that cannot be read, or it is being deleted
  CauseSet blocked;  ///< why it will not come; empty: it will
  /// The first later one that comes, where what blocks `at` is over by then: its day is not allowed, or the
  /// workspace runs until a stop that is foreseen, or failed to start and is stopped for that. None
  /// otherwise.
  Instant instead;
  /// One that is overdue (kMayBeLate) and did not come though nothing known forbade it.
  Instant missed;
  bool operator==(const StartForecast&) const = default;

  [[nodiscard]] bool comes() const { return at && blocked.empty(); }
  /// It will not run when its schedule wants it to. (What runs already needs no start.)
  [[nodiscard]] bool fails() const { return at && !blocked.without(Cause::AlreadyRunning).empty(); }
  /// The next start that comes, if any.
  [[nodiscard]] Instant next() const { return comes() ? at : instead; }
};

/// Who decides when a workspace stops.
enum class StopBy : std::uint8_t {
  nobody,          ///< it is not running, or runs until somebody stops it
  ttl,             ///< so long after its start
  activity,        ///< somebody used it, which has moved its deadline
  keep_awake,      ///< an exception, for as long as that lasts
  template_limit,  ///< beyond which nobody may move it
  deadline,        ///< as it was set by hand, or by an earlier time to live
  failure,         ///< it failed to start, and its template has such stopped after a while
  suspension,      ///< its owner is suspended
};
[[nodiscard]] std::string_view to_string(StopBy by);

struct StopForecast {
  Instant at;  ///< none: never, or not known before its build has ended
  StopBy by = StopBy::nobody;
  bool operator==(const StopForecast&) const = default;
};

/// What comes next for one workspace.
struct Forecast {
  StartForecast start;
  StopForecast stop;
  Instant deletion;  ///< when Coder deletes it; none: not as it is
  bool operator==(const Forecast&) const = default;
};

/// What a forecast is made of.
struct ForecastInput {
  const LiveWorkspace& live;
  /// The live one, parsed; null: none, not to be parsed, or not needed (needs_schedule).
  const specs::Schedule* schedule = nullptr;
  const coder::Template* policy = nullptr;  ///< null: not known, so it forbids nothing
  Instant kept_awake_until{};               ///< by an exception that is open; none: there is none
  bool owner_inactive = false;              ///< suspended, or dormant
  bool owner_suspended = false;             ///< then it is inactive, too
  /// What Coder says of the move to the active version; absent: it was not asked, or nothing moves.
  std::optional<bool> parameters_mismatch{};
  std::chrono::sys_seconds now{};
};

/// Whether its schedule has to be parsed: where Coder names the next start itself, any day is as good as
/// another, and nothing that ends is in the way, that is all that there is to know. Parsing a fleet's
/// schedules each cycle costs more than all else here.
[[nodiscard]] bool needs_schedule(const LiveWorkspace& live, const coder::Template* policy,
                                  std::chrono::sys_seconds now);

/// Coder's scheduler looks once a minute, and starts what
/// - has as its latest build a stop that did not fail, is not dormant, and has an active owner;
/// - has a schedule that named, after that stop was queued, a minute that has come on a day that the template
///   allows (days count in the schedule's own zone).
/// It takes the active version where `automatic_updates` or the template says so, and gives up where that
/// does not accept the parameters. It stops what runs beyond its deadline, or whose owner is suspended,
/// except what is dormant; and what failed to start, after the template's failure TTL (with a licence only:
/// where it did not do so in time, it is taken not to). Pure.
[[nodiscard]] Forecast forecast(const ForecastInput& input);

/// Whether `resolve-autostart` can say anything else than "no mismatch": it would move to another version.
[[nodiscard]] bool moves_to_active_version(const LiveWorkspace& live, const coder::Template* policy);

/// Whether the next start that the schedule names, be it blocked or not, is due within this span.
[[nodiscard]] bool starts_within(const StartForecast& start, std::chrono::sys_seconds now,
                                 std::chrono::seconds span);

}  // namespace cr::reconcile
