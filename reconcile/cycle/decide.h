#pragma once

#include "reconcile/cycle/state.h"

namespace cr::reconcile {

/// Compares every workspace that was read, plans it and judges the plan: asks what is remembered, and changes
/// nothing of it, so that it can be asked twice. A workspace whose decision throws is excluded with the
/// cause, and the observer is told; the others go on. No I/O.
void decide(CycleState& state);

}  // namespace cr::reconcile
