#pragma once

#include "daemon/loop/spec_watch.h"
#include "reconcile/async/clock.h"
#include "specs/source.h"

namespace cr::daemon {

/// Whether a load looks at each file, or takes the kernel's word that none was written to. That is taken for
/// five minutes after a look: what was written by way of a hard link, or into the memory of a file that was
/// closed before, the kernel tells nobody. Pure; one load at a time.
class LoadRule {
 public:
  using Files = specs::SpecSource::Files;

  /// A load begins. `mark`: what the kernel has told by now.
  [[nodiscard]] Files begin(const SpecWatch::Mark& mark, async::SteadyTime now);
  /// It has ended. One that failed has seen nothing.
  void end(bool succeeded);

 private:
  SpecWatch::Mark begun_;                ///< of the load that is under way
  SpecWatch::Mark seen_;                 ///< of the last one, if it succeeded
  async::SteadyTime looked_at_files_{};  ///< at each of them
};

}  // namespace cr::daemon
