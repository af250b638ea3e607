#pragma once

#include <nlohmann/json.hpp>

#include "tests/standin/state.h"

namespace cr::standin {

[[nodiscard]] nlohmann::ordered_json user_json(const State& state, const User& user);
[[nodiscard]] nlohmann::ordered_json member_json(const State& state, const User& user,
                                                 const Organization& organization);
[[nodiscard]] std::string_view to_string(UserStatus status);

}  // namespace cr::standin
