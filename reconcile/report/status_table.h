#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "reconcile/async/clock.h"
#include "reconcile/report/report.h"

namespace cr::reconcile {

/// Remembers of each declared workspace since when it is as it is. One small record each: a hundred thousand
/// of them must fit a sidecar.
class StatusTable {
 public:
  /// Ends a cycle. `rows`: all declared workspaces, sorted by identity, with spec, reason and drift filled
  /// in. Sets
  /// - ready.since: moves only when ready or reason has changed;
  /// - converged_after: in the cycle in which a row comes to be InSync after its spec changed or appeared
  /// (what is in
  ///   sync when the process first looks has not converged: it was so before);
  /// - drift_repaired_after: in the cycle that sees the drift of its own or an earlier read gone.
  /// `seen`: when this cycle saw the specs and read live state; `now`, `wall`: its end. Forgets what is not
  /// in `rows`.
  void settle(std::vector<WorkspaceStatus>& rows, async::SteadyTime seen, async::SteadyTime now,
              async::WallTime wall);

  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    specs::SpecPtr spec;
    async::WallTime since{};
    std::optional<async::SteadyTime> changed;  ///< spec changed then and has not been in sync since
    std::optional<async::SteadyTime> drifted;  ///< first read that saw the present drift
    Reason reason = Reason::NotRead;
  };
  /// One entry for each row, in their order; what is new has no spec yet. Where nothing has come or gone,
  /// which is nearly always, nothing moves.
  void align(const std::vector<WorkspaceStatus>& rows);

  std::vector<Entry> entries_;  ///< sorted by identity
  bool settled_once_ = false;
};

}  // namespace cr::reconcile
