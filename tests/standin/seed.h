#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>

#include "tests/standin/state.h"

namespace cr::standin {

/// Adds what the JSON names; its form is in README.md. Throws nlohmann::json::exception or
/// std::out_of_range for what cannot be added.
void apply_seed(State& state, const nlohmann::json& seed);

/// Three templates, three users and six workspaces that have drifted from what a team would declare.
void add_demo(State& state);

/// `count` workspaces of users user-0, user-1, … with ten each, all of the template "fleet", running, with
/// schedule and TTL. Names are ws-0, ws-1, … over the whole fleet.
void add_fleet(State& state, std::size_t count);

}  // namespace cr::standin
