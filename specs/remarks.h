#pragma once

#include <chrono>
#include <vector>

#include "specs/desired_state.h"

namespace cr::specs {

/// What is valid and yet hardly meant, in order of file and line; nothing is left out for it. Today: a TTL
/// that lasts beyond the next start, which then finds the workspace running and starts nothing. Pure.
[[nodiscard]] std::vector<Diagnostic> remarks_on(const DesiredState& desired, std::chrono::sys_seconds now);

}  // namespace cr::specs
