#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cr::testing {

/// What an independent validator says about each document of a YAML text, by the schema that we print. Empty
/// where it has no complaint, and where the text is no YAML: then there is nothing that a schema could look
/// at.
[[nodiscard]] std::vector<std::string> schema_complaints(std::string_view yaml);

}  // namespace cr::testing
