#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "reconcile/fields/managed_field.h"
#include "reconcile/forecast/forecast.h"
#include "reconcile/model/live_workspace.h"
#include "specs/workspace_spec.h"

namespace cr::reconcile {

/// How one field of a workspace stands, for people.
struct FieldStanding {
  std::string_view key;                                       ///< in specs
  const specs::DeclaredFields::Declared* declared = nullptr;  ///< of the spec; null: it leaves the field out
  std::string stored;                                         ///< as Coder has it: "8h", "none"
  std::string effective;  ///< what really acts, and why, where that is not what is stored; else as stored
  std::string decides;    ///< who does: "the spec", "the owner: no spec declares it"
};

/// Who decides on a field by what its spec says, where a template's policy leaves a choice: "the spec", "the
/// owner: no spec declares it". `declared`: null: the spec leaves it out. Pure.
[[nodiscard]] std::string_view decided_by_spec(const specs::WorkspaceSpec& spec,
                                               const specs::DeclaredFields::Declared* declared,
                                               std::chrono::sys_seconds now);

/// What acts of a stored autostart or ttl by what comes next, and why, where that is not what is stored; of
/// every other field, and where a template's policy decides, it knows nothing: then as stored. Pure.
[[nodiscard]] std::string effective_by_forecast(std::string_view key, const specs::WorkspaceSpec& spec,
                                                const Forecast& forecast, std::string stored);

struct StandingInput {
  const specs::WorkspaceSpec& spec;
  const LiveWorkspace& live;
  const FieldContext& context;  ///< a policy that is not known decides nothing
  const Forecast& forecast;
};

/// Of the fields that every workspace has, and of the others that its spec declares, in the order in which
/// they are written. Its name is told only where it is not the declared one. Pure; the spec outlives what is
/// returned.
[[nodiscard]] std::vector<FieldStanding> standings(const StandingInput& input);

}  // namespace cr::reconcile
