#pragma once

#include <chrono>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "reconcile/coder/history.h"
#include "reconcile/coder/types.h"
#include "reconcile/forecast/standing.h"
#include "reconcile/plan/plan.h"
#include "reconcile/report/rows.h"
#include "specs/diagnostic.h"

namespace cr::daemon {

/// All that is known of one workspace.
struct Explanation {
  bool declared = true;
  std::string undeclared = "no; nothing is done to it";  ///< what is known instead
  /// Of the cycle that looked at it; its spec declares nothing where nobody else does. Null: there was none.
  reconcile::Rows::Row row;
  specs::SpecPtr spec;
  std::string failure;  ///< why the cycle could do nothing; empty: it could
  std::optional<reconcile::LiveWorkspace> live;
  std::optional<coder::Template> policy;
  std::vector<reconcile::FieldStanding> fields;  ///< none without a live one
  /// By the place in the file of each declared field, as `fields` has them.
  std::vector<std::optional<specs::SourcePosition>> places;
  std::vector<reconcile::Action> actions;  ///< that the plan has for it
  std::string follow_up;                   ///< of the plan
  std::vector<coder::PastBuild> builds;
  std::string builds_unread;  ///< why there are none; empty: they were read
  std::vector<coder::PastChange> changes;
  std::string changes_unread;
};

/// As Coder calls it: "running".
[[nodiscard]] std::string_view status_text(reconcile::BuildStatus status);
/// "alice/api-dev"
[[nodiscard]] std::string identity_text(const Explanation& explained);

/// For people: what it is, its fields, what comes next, what the plan would do, builds and changes. Ends with
/// a newline. Pure.
[[nodiscard]] std::string explanation_text(const Explanation& explained);
/// {formatVersion, declared, failure?, workspace?, state?, fields, actions, …} as the reference has it. Pure.
[[nodiscard]] nlohmann::json explanation_json(const Explanation& explained);

}  // namespace cr::daemon
