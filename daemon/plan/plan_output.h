#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "daemon/ci/checks.h"
#include "daemon/config/config.h"
#include "daemon/exit_code.h"
#include "reconcile/report/report.h"
#include "specs/desired_state.h"
#include "specs/field_places.h"

namespace cr::daemon {

/// How a plan is to be shown.
struct PlanWishes {
  OutputFormat output = OutputFormat::text;
  bool colour = false;             ///< of text
  bool detailed_exitcode = false;  ///< changes count, with a baseline the new ones alone
  bool checks = false;             ///< for the views of CI systems
  /// JSON of an earlier plan that it is held against; absent: none.
  std::optional<nlohmann::json> baseline{};
};

/// A plan as `plan` shows it.
struct PlanOutput {
  std::string text;
  ExitCode code = ExitCode::failure;
  std::optional<ci::Checks> checks{};  ///< where they were wished for; without time and checkout
};

/// Of one cycle that has planned `desired` and changed nothing. `places` finds the texts that it is from.
/// Pure but for that.
[[nodiscard]] PlanOutput plan_output(const reconcile::CycleReport& report, const specs::DesiredState& desired,
                                     const PlanWishes& wishes, specs::FieldPlaces& places);

}  // namespace cr::daemon
