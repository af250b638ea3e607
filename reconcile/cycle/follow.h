#pragma once

#include <optional>
#include <set>
#include <vector>

#include "reconcile/cycle/state.h"

/// The audit log followed from cycle to cycle: who need not be read again, and who changed what.
namespace cr::reconcile {

/// Looks at the log, and chooses: state.chosen, state.places. Before the read; what is known of ids is
/// aligned.
[[nodiscard]] async::awaitable<void> choose_whom_to_look_at(CycleState& state);

/// Tells the feed what the read has shown; after it.
void tell_what_was_read(CycleState& state);
/// And what was written and seen after that; when the outcomes are known.
void tell_what_was_written(CycleState& state);

/// Says of what has drifted who set it, as far as the log tells.
void name_authors(const CycleState& state, const LiveWorkspace& row, WorkspaceDiff& diff);

/// The end of a cycle: notes who rests until something calls for it.
void let_rest(CycleState& state, const CycleReport& report);

/// Templates of workspaces for which there may be something to do: their policies are read anew, beside those
/// that the log has named. Nothing: all are, as without the log, and once in a sweep's time.
[[nodiscard]] std::optional<std::set<TemplateId>> templates_in_doubt(const CycleState& state);

}  // namespace cr::reconcile
