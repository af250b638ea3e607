#pragma once

#include <span>
#include <string>

#include "specs/desired_state.h"
#include "specs/workspace_spec.h"

namespace cr::specs {

/// One document that parses to the same spec (but for its position), keys in the order of the reference,
/// every string that could be read as something else in quotes.
[[nodiscard]] std::string to_yaml(const WorkspaceSpec& spec);

/// Documents one after another, divided by `---`.
[[nodiscard]] std::string to_yaml(std::span<const SpecPtr> specs);

}  // namespace cr::specs
