#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "daemon/activity/event.h"
#include "reconcile/model/seen_build.h"
#include "reconcile/plan/outcome.h"
#include "reconcile/report/report.h"
#include "specs/desired_state.h"

namespace cr::daemon {

/// What an action was, in the words of the log. Pure.
[[nodiscard]] Event event_of(const reconcile::Outcome& outcome, async::WallTime at);
[[nodiscard]] Event event_of(const specs::Identity& workspace, const reconcile::SeenBuild& build,
                             async::WallTime at);

/// Makes events of what changes from one cycle to the next, and from one read of the specs to the next: each
/// change once.
///
/// A difference because a spec has changed, or that was not read before, is no drift. Of the first cycle what
/// is not as declared is told, as the log does; of one that could read nothing the rows do not count.
///
/// A value with one thread; pure. It shares the last rows with their report.
class CycleEvents {
 public:
  /// With the drift that it mends before it.
  [[nodiscard]] std::vector<Event> action_ended(const reconcile::Outcome& outcome, async::WallTime at);
  [[nodiscard]] std::vector<Event> cycle_ended(const reconcile::CycleReport& report);
  [[nodiscard]] std::vector<Event> specs_read(const specs::DesiredState& desired, bool changed,
                                              async::WallTime at);
  /// `why`: as the board shows it.
  [[nodiscard]] std::vector<Event> specs_unreadable(const std::string& why, async::WallTime at);

 private:
  void tell_failure(const reconcile::CycleReport& report, std::vector<Event>& events);
  void tell_what_is_held(const reconcile::CycleReport& report, std::vector<Event>& events);
  void tell_sets(const reconcile::CycleReport& report, std::vector<Event>& events);
  void tell_rows(const reconcile::CycleReport& report, std::vector<Event>& events);

  reconcile::Rows rows_;  ///< as they were last known
  /// Drift of this cycle that is told already, by the row before it.
  std::set<std::pair<const reconcile::WorkspaceStatus*, reconcile::Field>> told_;
  std::vector<reconcile::sets::SetStatus> sets_;  ///< likewise
  std::string held_;                              ///< digest of the plan that is held; empty: none is
  std::string failure_;                           ///< sort of the last cycle's; empty: it did not fail
  std::string unreadable_;                        ///< why; empty: the specs can be read
};

}  // namespace cr::daemon
