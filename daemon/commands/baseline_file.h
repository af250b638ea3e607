#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "daemon/commands/terminal.h"
#include "daemon/config/config.h"

namespace cr::daemon {

/// What --baseline names: an earlier run's JSON.
struct Baseline {
  std::optional<nlohmann::json> document;  ///< absent: none is named
  bool good = true;  ///< else one is, and why it is unfit has been said on standard error
};
[[nodiscard]] Baseline read_baseline(const Config& config, std::string_view command, Terminal& terminal);

}  // namespace cr::daemon
