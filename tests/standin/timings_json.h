#pragma once

#include <string>

#include "tests/standin/state.h"

namespace cr::standin {

/// What the stages of the workspace's latest build took.
[[nodiscard]] std::string timings_json(const State& state, const Workspace& workspace);

}  // namespace cr::standin
