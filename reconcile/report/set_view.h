#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "reconcile/report/report.h"
#include "reconcile/sets/status.h"
#include "specs/workspace_spec.h"

/// Sets as people read of them, wherever they do. All pure; texts are raw (see render.h).
namespace cr::reconcile {

[[nodiscard]] bool is_ready(const sets::SetStatus& set);
[[nodiscard]] std::size_t sets_not_ready(const CycleReport& report);

/// Those that need somebody first, then those of which nothing is known; each by name. Points into `sets`.
[[nodiscard]] std::vector<const sets::SetStatus*> by_need(std::span<const sets::SetStatus> sets);

/// "14 owners", "1 owner, 2 left", "14 owners, not read"
[[nodiscard]] std::string owners_text(const sets::SetStatus& set);

/// What there is to say of it, and to do: its message, and what becomes of those who have left. Empty where
/// all is well.
[[nodiscard]] std::string said_of(const sets::SetStatus& set);

/// What declares a workspace: "team.yaml:3:1", "set payments-dev (sets.yaml:1:1)".
[[nodiscard]] std::string declared_by(const specs::WorkspaceSpec& spec);

}  // namespace cr::reconcile
