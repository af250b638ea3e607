#pragma once

#include <string>

#include "specs/decode/document_report.h"
#include "specs/defaults/workspace_defaults.h"
#include "specs/shared_values.h"
#include "specs/yaml_document.h"

namespace cr::specs {

/// One `kind: WorkspaceDefaults`; as decode_workspace().
[[nodiscard]] WorkspaceDefaults decode_defaults(const YamlNode& root, const std::string& path,
                                                DocumentReport& report, SharedValues& values);

/// What an invalid one still tells: where it stands, and its selector where that can be read.
[[nodiscard]] WorkspaceDefaults illegible_defaults(const YamlNode& root, SourcePosition where);

}  // namespace cr::specs
