#pragma once

#include <nlohmann/json.hpp>

#include "tests/standin/state.h"

namespace cr::standin {

[[nodiscard]] nlohmann::ordered_json template_json(const State& state, const Template& of);
[[nodiscard]] nlohmann::ordered_json version_json(const State& state, const TemplateVersion& version);
[[nodiscard]] nlohmann::ordered_json parameter_json(const State& state, const TemplateParameter& parameter);
/// Keys in PascalCase, and null where a list would be empty.
[[nodiscard]] nlohmann::ordered_json presets_json(const State& state, const TemplateVersion& version);

}  // namespace cr::standin
