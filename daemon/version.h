#pragma once

#include <string_view>

namespace cr::daemon {

/// As released, e.g. "0.2.0".
[[nodiscard]] std::string_view version();
/// Commit that was built; empty where that was not known.
[[nodiscard]] std::string_view revision();

}  // namespace cr::daemon
