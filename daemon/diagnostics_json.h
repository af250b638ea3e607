#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "specs/desired_state.h"
#include "specs/field_places.h"
#include "specs/warnings.h"

namespace cr::daemon {

/// [{kind, file, line?, column?, field?, message, remedy?, excerpt?}], at most `most` of them.
[[nodiscard]] nlohmann::json diagnostics_json(const specs::DesiredState& desired, std::size_t most);

/// [{kind, file, line, column?, field, message, remedy, excerpt?, owner, name, workspaces, others: [{owner,
/// name, file, line}]}]
[[nodiscard]] nlohmann::json warnings_json(const std::vector<specs::Warning>& warnings,
                                           specs::FieldPlaces& places);

}  // namespace cr::daemon
