#pragma once

#include "reconcile/async/clock.h"
#include "reconcile/cycle/state.h"

namespace cr::reconcile {

/// Ends the writing of a cycle with one read of the workspaces of which a field was written and no reply has
/// shown what Coder kept: a single one by id, more by ids in batches. Only this read, in the cycle of the
/// write, can tell a value that Coder does not keep from one that somebody set afterwards.
///
/// What it finds is in `state.read_back`; an id that is gone, or not ours to read any more, joins
/// `executed.lost`. A read that fails decides nothing. Asks nothing where writing was broken off. Throws
/// operation_aborted alone.
[[nodiscard]] async::awaitable<void> read_back(CycleState& state);

}  // namespace cr::reconcile
