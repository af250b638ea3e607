#pragma once

#include <span>
#include <string>
#include <string_view>

namespace cr::daemon {

/// Names of the schemas that `schema NAME` prints: `spec`, and one for each JSON document that the program
/// writes, named after the command or the last part of the endpoint.
[[nodiscard]] std::span<const std::string_view> schema_names();
[[nodiscard]] std::string schema_names_text(std::string_view separator);

/// JSON Schema (draft 7) of that name, made from the table of the reference; indented, with a newline at its
/// end; empty if there is no such name. Keys that it does not name are allowed: newer versions may add some
/// without a new formatVersion.
[[nodiscard]] std::string schema_text(std::string_view name);

}  // namespace cr::daemon
