#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>

#include "specs/desired_state.h"

namespace cr::daemon {

/// [{kind, file, line?, column?, field?, message, remedy?, excerpt?}], at most `most` of them.
[[nodiscard]] nlohmann::json diagnostics_json(const specs::DesiredState& desired, std::size_t most);

}  // namespace cr::daemon
