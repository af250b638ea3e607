#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace cr::testing {

/// What an independent validator says about a JSON document by a schema, itself as text: its complaints, a
/// line each; empty if there are none.
///
/// Read strictly: a key that the schema does not name is one too many, although readers are told to bear with
/// such keys. Only so does an undocumented key come to light.
[[nodiscard]] std::string strict_complaints(std::string_view schema, const nlohmann::json& document);

}  // namespace cr::testing
