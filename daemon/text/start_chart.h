#pragma once

#include <cstddef>
#include <string>

#include "specs/start_curve.h"

namespace cr::daemon {

/// How many workspaces start when, as bars for people; in UTC. A line for each five minutes with any; where
/// these are many one for each hour, with its busiest five minutes. What is more than `limit` says so (0:
/// nothing does). Ends with a newline. Pure.
[[nodiscard]] std::string start_chart(const specs::StartCurve& curve, std::size_t limit);

}  // namespace cr::daemon
