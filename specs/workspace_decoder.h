#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "specs/document_report.h"
#include "specs/shared_values.h"
#include "specs/workspace_spec.h"
#include "specs/yaml_document.h"

namespace cr::specs {

/// One `kind: Workspace` as a value, or nothing and at least one error in the report. `path` stands before
/// each field's path, e.g. "items[3]."; empty for a document of its own. `values`: what specs have in common.
[[nodiscard]] std::optional<WorkspaceSpec> decode_workspace(const YamlNode& root, const std::string& path,
                                                            DocumentReport& report, SharedValues& values);

/// The value of a key, or null if there is no such key.
[[nodiscard]] const YamlNode* find_value(const YamlNode& mapping, std::string_view key);

}  // namespace cr::specs
