#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reconcile/forecast/forecast.h"

namespace cr::daemon {

/// One thing that comes next for a workspace, in words: "start", "Thu 2026-11-26 08:00 UTC".
struct Coming {
  std::string_view what;
  std::string text;
};

/// Start, stop and deletion, as `explain` and the page of a workspace say it. `kept_dormant`: by its spec.
/// Pure.
[[nodiscard]] std::vector<Coming> coming(const reconcile::Forecast& forecast, bool kept_dormant);

}  // namespace cr::daemon
