#pragma once

#include <string>

namespace cr::specs {

/// JSON Schema (draft 7) of one document, made from the same table of fields that the loader reads by.
/// Indented, ends with a newline. What a schema can't say (schedules, ranges of durations, dates, duplicates)
/// only the loader checks.
[[nodiscard]] std::string schema_json();

}  // namespace cr::specs
