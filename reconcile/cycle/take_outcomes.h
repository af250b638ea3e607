#pragma once

#include "reconcile/cycle/state.h"

namespace cr::reconcile {

/// Adds to the facts what execution and read back have shown, and has the memories observe the cycle. No I/O.
void take_outcomes(CycleState& state);

}  // namespace cr::reconcile
