#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "reconcile/forecast/forecast.h"
#include "reconcile/model/condition.h"
#include "specs/workspace_spec.h"

namespace cr::reconcile {

/// "Thu 2026-11-26 08:00 UTC"
[[nodiscard]] std::string moment_text(std::chrono::sys_seconds at);

/// Why it will not start, and what to do: "it is dormant, and its owner is suspended; wake it; activate the
/// owner". Empty if it will.
[[nodiscard]] std::string why_not(const StartForecast& start);

/// Whether the spec keeps it dormant: then that it does not start is an order, and no failure.
[[nodiscard]] bool is_kept_dormant(const specs::WorkspaceSpec& spec);

/// Adds what a person should know ahead: a start of the next day that fails (unless the spec keeps the
/// workspace dormant, which is an order), one that did not come, and a deletion within seven days. The text
/// stays the same while what it says does. Pure.
void add_remarks(const Forecast& forecast, const specs::WorkspaceSpec& spec, std::chrono::sys_seconds now,
                 std::vector<RemarkNote>& remarks);

}  // namespace cr::reconcile
