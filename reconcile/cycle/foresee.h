#pragma once

#include "reconcile/cycle/state.h"
#include "reconcile/forecast/forecast.h"

namespace cr::reconcile {

/// Looks up what a forecast needs beside rows and templates: whose owners are not active (one list, good for
/// some minutes), and whether starts of the next day that move to another version will fail (a few a cycle,
/// the soonest first, once for each version). What cannot be asked is not known, and no reason for anything.
/// For information only, so it comes when all else is done.
[[nodiscard]] async::awaitable<void> ask_about_starts(CycleState& state);

/// What comes next for a workspace, by its latest row. Of one that is not live, or was not read: nothing.
[[nodiscard]] Forecast forecast_of(const CycleState& state, const WorkspaceFacts& one, async::WallTime now);

}  // namespace cr::reconcile
