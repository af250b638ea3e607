#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "tests/standin/message.h"
#include "tests/standin/state.h"

namespace cr::standin {

using NamedValues = std::vector<std::pair<std::string, std::string>>;

/// Whether a conditional parameter is there with these values of the others; any other always is.
[[nodiscard]] bool is_there(const TemplateParameter& parameter, const NamedValues& values);

/// What a build runs with, by the order of precedence preset, request, previous build (not for ephemeral
/// parameters), default. Names that the version does not declare are dropped. Otherwise the 400, which 2.35
/// words per parameter unless the template uses the classic flow.
[[nodiscard]] std::variant<NamedValues, Reply> resolve_parameters(const State& state, const Template& of,
                                                                  const TemplateVersion& version,
                                                                  const NamedValues& requested,
                                                                  const Preset* preset,
                                                                  const Build* previous);

}  // namespace cr::standin
