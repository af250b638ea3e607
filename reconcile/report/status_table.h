#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "reconcile/async/clock.h"
#include "reconcile/report/report.h"

namespace cr::reconcile {

/// Makes the rows of a report from those of the report before: remembers since when each declared workspace
/// is as it is, and keeps the very row of whoever is as before. Allocates for what changed alone.
class StatusTable {
 public:
  /// Begins the end of a cycle with so many rows. `seen`: when it saw the specs and read live state; `now`,
  /// `wall`: its end. What the last one left unfinished is forgotten.
  void begin(std::size_t rows, async::SteadyTime seen, async::SteadyTime now, async::WallTime wall);

  /// The row of this workspace in the report before; null if it had none. Asked and settled in the order of
  /// identities.
  [[nodiscard]] const WorkspaceStatus* before(const specs::WorkspaceSpec& spec);

  /// The next row, with spec, reason and drift filled in. Sets
  /// - ready.since: moves only when ready or reason has changed;
  /// - converged_after: in the cycle in which a row comes to be InSync after its spec changed or appeared
  ///   (what is in sync when the process first looks has not converged: it was so before);
  /// - drift_repaired_after: in the cycle that sees the drift of its own or an earlier read gone.
  void settle(WorkspaceStatus row);

  /// The next row is the one of the report before: its workspace rests since. There is one; a logic_error
  /// else.
  void stand(const specs::WorkspaceSpec& spec);
  /// The same, of a declaration that says the same at another place.
  void stand_as(const specs::SpecPtr& spec);

  /// All rows; what is not among them is forgotten.
  [[nodiscard]] Rows end();

 private:
  /// What a workspace has still to come to. Few are in this table, most of the time.
  struct Unsettled {
    specs::SpecPtr spec;
    std::optional<async::SteadyTime> changed;  ///< spec changed then and has not been in sync since
    std::optional<async::SteadyTime> drifted;  ///< first read that saw the present drift
  };
  [[nodiscard]] Unsettled unsettled_before(const specs::SpecPtr& spec);
  void compare(WorkspaceStatus& row, const WorkspaceStatus* last, Unsettled& unsettled) const;
  void add(WorkspaceStatus row, const WorkspaceStatus* last);
  void add_row_before();

  Rows rows_;                         ///< of the last cycle
  std::vector<Unsettled> unsettled_;  ///< sorted by identity
  bool settled_once_ = false;

  // The cycle that is ending.
  std::size_t expected_ = 0;
  async::SteadyTime seen_{}, now_{};
  async::WallTime wall_{};
  std::size_t row_before_ = 0;        ///< the first in `rows_` that is not before what was asked for last
  std::size_t unsettled_before_ = 0;  ///< the same of `unsettled_`
  std::size_t same_ = 0;              ///< so many rows are as before, in the same places
  std::vector<Rows::Row> made_;       ///< from the first on that is not; empty: there is none yet
  std::vector<Unsettled> next_unsettled_;
};

}  // namespace cr::reconcile
