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
  /// Begins the end of a cycle with a row for each of these. `seen`: when it saw the specs and read live
  /// state; `now`, `wall`: its end. What the last one left unfinished is forgotten.
  void begin(specs::SpecList specs, async::SteadyTime seen, async::SteadyTime now, async::WallTime wall);

  /// The row of this workspace in the report before; null if it had none. Asked and settled in the order of
  /// identities.
  [[nodiscard]] const WorkspaceStatus* before(const specs::WorkspaceSpec& spec);

  /// The next row, with spec, reason and drift filled in. Sets
  /// - ready.since: moves only when ready or reason has changed;
  /// - converged_after: in the cycle in which a row comes to be InSync after its spec changed or appeared
  ///   (what is in sync when the process first looks has not converged: it was so before);
  /// - drift_repaired_after: in the cycle that sees the drift of its own or an earlier read gone.
  void settle(WorkspaceStatus row);

  /// The next rows, up to this place among the specs, are those of the report before: their workspaces rest
  /// since. There is one for each; a logic_error else.
  void stand_until(std::size_t place);
  /// The same, of declarations that say the same at another place.
  void stand_anew_until(std::size_t place);

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
  [[nodiscard]] const WorkspaceStatus& row_of_resting(const specs::WorkspaceSpec& spec);
  /// How many rows there are by now.
  [[nodiscard]] std::size_t size() const { return same_ + made_.size(); }
  /// Whether the place of a workspace is the same as in the last cycle.
  [[nodiscard]] bool same_places() const { return specs_.is_same(rows_are_of_); }

  Rows rows_;                         ///< of the last cycle
  specs::SpecList rows_are_of_;       ///< the specs of that
  std::vector<Unsettled> unsettled_;  ///< sorted by identity
  bool settled_once_ = false;

  // The cycle that is ending.
  specs::SpecList specs_;
  async::SteadyTime seen_{}, now_{};
  async::WallTime wall_{};
  std::size_t row_before_ = 0;        ///< the first in `rows_` that is not before what was asked for last
  std::size_t unsettled_before_ = 0;  ///< the same of `unsettled_`
  std::size_t same_ = 0;              ///< so many rows are as before, in the same places
  std::vector<Rows::Row> made_;       ///< from the first on that is not; empty: there is none yet
  std::vector<Unsettled> next_unsettled_;
};

}  // namespace cr::reconcile
