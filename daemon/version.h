#pragma once

#include <string>
#include <string_view>

namespace cr::daemon {

/// As released, e.g. "0.2.0".
[[nodiscard]] std::string_view version();
/// Commit that was built; empty where that was not known.
[[nodiscard]] std::string_view revision();
/// How the program calls itself to others: "coder-reconciler/0.2.0".
[[nodiscard]] std::string user_agent();

}  // namespace cr::daemon
