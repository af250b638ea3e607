#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reconcile/observer.h"

/// Every metric that this program exposes, declared once: the recorder makes its instruments from here, the
/// reference for people is printed from here, and tests compare what is scraped with it.
namespace cr::metrics {

enum class Kind : std::uint8_t { counter, gauge, histogram };
[[nodiscard]] std::string_view to_string(Kind kind);

struct Label {
  std::string_view name;
  /// What it can be, in the order of the enumeration that it shows. Empty: an open set (routes, versions).
  std::vector<std::string_view> values;
  [[nodiscard]] bool closed() const { return !values.empty(); }
};

/// Where the declarations stand in `catalogue()`.
enum class MetricId : std::uint8_t {
  build_info,
  source_revision_info,
  source_last_read,
  source_last_change,
  source_read_errors,
  specs,
  workspaces,
  drifted_fields,
  plan_actions,
  plan_held,
  actions,
  cycles,
  cycle_duration,
  cycle_phase_duration,
  last_cycle,
  last_success,
  convergence,
  drift_repair,
  builds_in_flight,
  builds,
  build_stage,
  api_requests,
  api_request_duration,
  api_retries,
  api_rate_limit_remaining,
  api_up,
  token_expiry,
  token_file_readable,
  workspaces_backing_off,
  workspaces_contested,
  live_workspaces_read,
  change_feed,
  change_feed_rows,
  change_feed_missed_changes,
  sweep_age,
  starts_expected,
  stops_expected,
  deletions_expected,
  starts_blocked,
  missed_starts,
  exceptions,
  sets,
  set_members,
  apply_exit_code,
  http_requests,
  approvals,
  notifications,
  commit_statuses,
  log_lines_dropped,
  defects,
  process_cpu_seconds,
  process_resident_memory,
  process_virtual_memory,
  process_open_fds,
  process_max_fds,
  process_start_time,
};

struct Metric {
  MetricId id = MetricId::build_info;
  std::string_view name;  ///< in full, as scraped
  Kind kind = Kind::gauge;
  std::string_view help;  ///< one line, without back-slashes
  std::vector<Label> labels;
  std::vector<double> buckets;  ///< upper bounds, ascending, without +Inf; histograms only

  /// Series of one combination of labels: 1, or a histogram's buckets, +Inf, sum and count.
  [[nodiscard]] std::size_t series_each() const { return kind == Kind::histogram ? buckets.size() + 3 : 1; }
  /// Whether its series are all known beforehand, and so exist from the start at zero.
  [[nodiscard]] bool closed() const;
};

/// All of them, in the order of MetricId. No label carries the name of a workspace or an owner.
[[nodiscard]] std::span<const Metric> catalogue();
[[nodiscard]] const Metric& describe(MetricId id);

/// An upper bound of the number of series, whatever the fleet and whatever Coder answers.
inline constexpr std::size_t kMaxSeries = 700;
/// Pairs of route and method that get series of their own; the next ones are counted together as "other".
inline constexpr std::size_t kMaxEndpoints = 27;
/// Of api_requests: routes answer with a few codes each, and never with all; what comes beyond this is
/// counted together as "other".
inline constexpr std::size_t kMaxRequestSeries = 104;

/// Routes of the daemon's own server that get series; the next ones are counted as "other".
inline constexpr std::size_t kMaxServedRoutes = 14;
/// Of http_requests, likewise: no route answers with every code.
inline constexpr std::size_t kMaxServedSeries = 52;

/// How a build of ours ended.
enum class BuildResult : std::uint8_t { success, failed, canceled };
[[nodiscard]] std::string_view to_string(BuildResult result);

/// How an approval ended.
enum class ApprovalResult : std::uint8_t {
  approved,
  refused,    ///< the token was wrong, or there was none
  mismatched  ///< no plan is held, or another one
};
[[nodiscard]] std::string_view to_string(ApprovalResult result);

/// How sending one notification to one receiver ended, for now.
enum class NotificationResult : std::uint8_t {
  sent,
  postponed,  ///< the receiver was not there, or not now: it is tried again
  refused,    ///< the receiver will not take it
  dropped     ///< too many or too old ones waited
};
[[nodiscard]] std::string_view to_string(NotificationResult result);

/// What a commit's status says.
enum class CommitStatusState : std::uint8_t { pending, success, failure };
[[nodiscard]] std::string_view to_string(CommitStatusState state);

/// How one try to set a commit's status ended.
enum class CommitStatusResult : std::uint8_t {
  sent,
  postponed,  ///< the forge was not there, or not now: it is tried again
  rejected,   ///< somebody has to change a setting, the token or its rights
  dropped     ///< too many or too old ones waited
};
[[nodiscard]] std::string_view to_string(CommitStatusResult result);

/// How the status of an answer of our own is shown: its class, some statuses alone.
[[nodiscard]] std::string_view served_code_label(int status);

/// How a status is shown: its class, some statuses alone, "none" where there was no answer.
[[nodiscard]] std::string_view code_label(int status);

[[nodiscard]] std::string_view to_string(reconcile::Phase phase);
[[nodiscard]] std::string_view to_string(reconcile::RetryReason reason);

/// The reference for people: a Markdown table of all metrics with type, labels and meaning.
[[nodiscard]] std::string to_markdown(std::span<const Metric> metrics);

}  // namespace cr::metrics
