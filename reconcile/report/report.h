#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "reconcile/async/clock.h"
#include "reconcile/coder/api_error.h"
#include "reconcile/feed/feed_trust.h"
#include "reconcile/fields/field.h"
#include "reconcile/model/condition.h"
#include "reconcile/model/ids.h"
#include "reconcile/model/provisioner_sight.h"
#include "reconcile/plan/guard.h"
#include "reconcile/plan/outcome.h"
#include "reconcile/plan/plan.h"
#include "reconcile/read/costs.h"
#include "reconcile/report/rows.h"
#include "reconcile/sets/status.h"

namespace cr::reconcile {

/// Whether the cycle held the live workspace against its spec, so that no drift means no difference.
[[nodiscard]] bool was_compared(const WorkspaceStatus& row);

enum class CycleResult : std::uint8_t { in_sync, converged, partial, held, failed };
[[nodiscard]] std::string_view to_string(CycleResult result);

/// How the audit log is followed.
struct Following {
  feed::Trust state = feed::Trust::off;
  std::optional<feed::Distrust> why{};  ///< while it is not trusted: what speaks against it, if anything
  std::uint64_t rows = 0;               ///< since the start
  std::uint64_t missed_changes = 0;     ///< likewise: changes that no row told
  /// Age of the oldest read that the state of a declared workspace rests on.
  std::chrono::nanoseconds oldest_read{0};
};

/// What a cycle found and did. Immutable once published.
struct CycleReport {
  CycleResult result = CycleResult::failed;
  std::optional<coder::ApiError>
      failure;                 ///< result failed: why nothing could be done (unreachable, unauthorized, …)
  std::string internal_error;  ///< result failed by a defect of ours
  async::WallTime started{}, ended{};
  std::chrono::nanoseconds duration{0};
  std::chrono::nanoseconds read_duration{0};
  std::string revision;
  std::size_t invalid_documents = 0, duplicate_documents = 0;
  Rows workspaces;                    ///< one for each selected declared workspace
  std::vector<sets::SetStatus> sets;  ///< one for each declared set, sorted by name in lower case
  Plan plan;                          ///< what was to be done when the cycle began
  Verdict verdict;
  std::vector<Outcome> outcomes;
  LiveReadCounts live_read;
  std::size_t list_requests = 0;
  std::size_t builds_in_flight = 0;  ///< our own, active
  std::size_t backing_off = 0, contested = 0;
  /// The most provisioners that could take the builds of any one template, when last seen; absent: never.
  std::optional<ProvisionerSight> provisioners;
  std::optional<std::chrono::sys_seconds> token_expires;
  std::optional<Following> following;  ///< absent: this process does not follow the log
  /// Something that we wait for (a build of ours, a build slot) will change soon: look again after
  /// `look_again_in`.
  bool waiting = false;
  /// When the next cycle could do more than this one (shortest backoff, waiting build); absent: nothing to
  /// wait for.
  std::optional<std::chrono::nanoseconds> look_again_in;

  [[nodiscard]] std::size_t count(Reason reason) const;
  /// How many workspaces have drift of each of fields_that_drift(). Those that are left alone by order do not
  /// count: an order is no drift.
  [[nodiscard]] std::vector<std::size_t> drifted_fields() const;
  [[nodiscard]] std::size_t planned(ActionKind kind) const;
};

using ReportPtr = std::shared_ptr<const CycleReport>;

}  // namespace cr::reconcile
