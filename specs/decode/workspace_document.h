#pragma once

#include <optional>
#include <string>

#include "specs/decode/document_report.h"
#include "specs/decode/spec_reader.h"
#include "specs/shared_values.h"
#include "specs/yaml_document.h"

namespace cr::specs {

/// One `kind: Workspace`, as it stands: what defaults add is not in it yet. Errors go to the report; after
/// one there is no valid document, but what could be read. `path` stands before each field's path, e.g.
/// "items[3]."; empty for a document of its own. `values`: what specs have in common.
///
/// `root`: has passed check_type().
[[nodiscard]] ReadSpec decode_workspace(const YamlNode& root, const std::string& path, DocumentReport& report,
                                        SharedValues& values);

}  // namespace cr::specs
