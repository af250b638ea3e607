#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "reconcile/report/render.h"
#include "reconcile/report/report.h"
#include "specs/exception_limits.h"

/// What comes next for all declared workspaces, for people and programs. All pure.
namespace cr::reconcile {

/// Not of the past: what could not be read for long keeps its last forecast.
[[nodiscard]] bool is_ahead(Instant at, std::chrono::sys_seconds from);

/// A start that fails against what anybody wants: not of one that its spec keeps dormant.
[[nodiscard]] bool start_fails(const WorkspaceStatus& row);

/// Who decides on a stop, in words: "its ttl".
[[nodiscard]] std::string_view words_of(StopBy by);

/// What is counted of a fleet's future, from a moment on.
struct FleetForecast {
  /// An hour, a day, a week.
  static constexpr std::array<std::chrono::hours, 3> kSpans{std::chrono::hours(1), std::chrono::hours(24),
                                                            std::chrono::hours(168)};
  static constexpr std::array<std::string_view, 3> kSpanNames{"1h", "24h", "7d"};
  using Counts = std::array<std::size_t, kSpans.size()>;

  std::chrono::sys_seconds from{};
  Counts starts{}, stops{}, deletions{};  ///< that come within each span
  /// By cause: workspaces whose schedule names a start within a day that does not come. One that is dormant,
  /// or whose owner is suspended, counts for that alone.
  std::vector<std::size_t> blocked = std::vector<std::size_t>(all_causes().size());
  std::size_t failing = 0;  ///< of these, those that will not run then against anybody's wish: neither run
                            ///< already nor are kept dormant by their spec
  std::size_t missed = 0;

  /// Exceptions that specs declare: for each kind its states, as in `exceptions{kind,state}`.
  std::array<std::array<std::size_t, specs::kExceptionStates.size()>, specs::kExceptionKinds.size()>
      exceptions{};

  /// Starts of the next day in slots of five minutes, from the last full five minutes on: the stampede.
  static constexpr std::chrono::minutes kSlot{5};
  std::array<std::uint32_t, 24 * 60 / 5 + 1> slots{};
  [[nodiscard]] std::chrono::sys_seconds slot_begins(std::size_t slot) const;
};
[[nodiscard]] FleetForecast fleet_forecast(const Rows& rows, std::chrono::sys_seconds from);

/// What rows foretell, set down so that it can be counted again and again as time goes on: the moments stand
/// beside each other, and of the rows only those are looked at that time can turn.
class FleetFuture {
 public:
  explicit FleetFuture(Rows rows = {});
  [[nodiscard]] const Rows& rows() const { return rows_; }
  [[nodiscard]] FleetForecast from(std::chrono::sys_seconds moment) const;

 private:
  Rows rows_;
  std::vector<Instant> starts_, stops_, deletions_;
  std::vector<const WorkspaceStatus*> blocked_;  ///< what its schedule names does not come
  std::vector<const WorkspaceStatus*> with_exceptions_;
  std::size_t missed_ = 0;
};

/// "3 provisioners seen 2h5m ago, one build each at a time"; "provisioners not seen yet"
[[nodiscard]] std::string provisioners_text(const std::optional<ProvisionerSight>& sight,
                                            async::WallTime now);

/// Starts that come, starts that do not and why, stops and who decides, and deletions, within a span from the
/// report's end on, each in the order of time; then how many, and the most that start at a time beside the
/// provisioners that were seen.
[[nodiscard]] std::string render_forecast_text(const CycleReport& report, std::chrono::seconds within,
                                               TextStyle style);

/// {formatVersion, result, failure?, internalError?, revision?, from,
///  starts: {1h, 24h, 7d}, stops: {…}, deletions: {…}, blocked: {each Cause: n}, failing, missed,
///  slots: [{begins, starts}] (of five minutes, those with any), provisioners?: {count, seen},
///  workspaces: [{owner, name, file, line, nextStart?, nextStop?, deletion?}]}
/// Workspaces are those of the range that have any future within the span; the other numbers are the fleet's.
[[nodiscard]] nlohmann::json forecast_json(const CycleReport& report, std::chrono::seconds within,
                                           RowRange range);

}  // namespace cr::reconcile
