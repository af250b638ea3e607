#pragma once

#include <string>

#include "specs/decode/document_report.h"
#include "specs/decode/spec_reader.h"
#include "specs/shared_values.h"
#include "specs/workspace_set.h"
#include "specs/yaml_document.h"

namespace cr::specs {

/// A set as it stands: its workspace, without defaults, is in `workspace` and not yet in `set`.
struct ReadSet {
  WorkspaceSet set;
  ReadSpec workspace;
};

/// One `kind: WorkspaceSet`; as decode_workspace(). Its labels and its suspension are those of its workspace,
/// too, where the template gives no other.
[[nodiscard]] ReadSet decode_set(const YamlNode& root, const std::string& path, DocumentReport& report,
                                 SharedValues& values);

}  // namespace cr::specs
