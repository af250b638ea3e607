#pragma once

#include <optional>
#include <set>
#include <vector>

#include "reconcile/cycle/state.h"

/// The audit log followed from cycle to cycle: who need not be read again, and who changed what.
namespace cr::reconcile {

/// Looks at the log, and chooses (state.chosen). Returns the rows that stand in place of a read, one for each
/// of `targets`, null for those to be read; empty where all are. They stay good until the cycle's end.
[[nodiscard]] async::awaitable<std::vector<const LiveWorkspace*>> choose_whom_to_read(
    CycleState& state, const std::vector<Target>& targets);

/// Tells the feed what the read has shown; after it.
void tell_what_was_read(CycleState& state);
/// And what was written and seen after that; when the outcomes are known.
void tell_what_was_written(CycleState& state);

/// Says of what has drifted who set it, as far as the log tells.
void name_authors(const CycleState& state, const LiveWorkspace& row, WorkspaceDiff& diff);

/// The end of a cycle: keeps the rows of those that are at rest.
void keep_rows(CycleState& state, const CycleReport& report);

/// Templates of workspaces for which there may be something to do: their policies are read anew, beside those
/// that the log has named. Nothing: all are, as without the log, and once in a sweep's time.
[[nodiscard]] std::optional<std::set<TemplateId>> templates_in_doubt(const CycleState& state);

}  // namespace cr::reconcile
