#pragma once

#include "reconcile/cycle/state.h"

namespace cr::reconcile {

/// Folds what execution did and saw into memory: ids, what was written and what Coder kept of it, who has to
/// wait after a failure, which look-ups are stale. Hands each declared workspace its outcomes. No I/O.
void learn(CycleState& state);

}  // namespace cr::reconcile
