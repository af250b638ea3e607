#pragma once

#include <vector>

#include "reconcile/cycle.h"
#include "reconcile/sets/status.h"

namespace cr::reconcile {

struct SetsRead {
  std::vector<sets::SetStatus> statuses;  ///< one for each set
  async::SteadyTime::duration took{};     ///< what reading people takes in every cycle
};

/// The first step of a cycle: reads whom the sets have workspaces for, once however many sets name the same
/// organization or group in the same words, and puts their workspaces beside the documents'. Returns what the
/// cycle goes on with, which stays good until the next one: `documents` itself where there are no sets, for
/// which nothing is asked.
[[nodiscard]] async::awaitable<const specs::DesiredState*> resolve_sets(Reconciler::Memory& memory,
                                                                        const specs::DesiredState& documents,
                                                                        SetsRead& read);

struct CycleState;
/// When the workspaces have been read: of those who have left and whose workspace is no more nothing stays
/// declared.
void forget_leavers(CycleState& state);

}  // namespace cr::reconcile
