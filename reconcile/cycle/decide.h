#pragma once

#include "reconcile/cycle/state.h"

namespace cr::reconcile {

/// Diff, plan and guard, from what was read and looked up: fills in each declared workspace, the plan and its
/// verdict. Tells the memory of fields and builds what was observed. No I/O.
void decide(CycleState& state);

}  // namespace cr::reconcile
