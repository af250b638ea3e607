#pragma once

#include <memory>
#include <string>

#include "specs/diagnostic.h"
#include "specs/named_fields.h"
#include "specs/selector.h"
#include "specs/workspace_spec.h"

namespace cr::specs {

/// `kind: WorkspaceDefaults`: values for the workspaces and sets of its directory and below.
struct WorkspaceDefaults {
  std::string name;
  /// False: the document is invalid, so that nobody can tell what it would have given, and whatever it might
  /// apply to is left as it is. All below but `where` and, where it can be read, the selector is empty then.
  bool legible = true;
  Selector selector;  ///< empty: for all
  WorkspaceSpec values;
  NamedFields named;
  DefaultedFields places;  ///< of each value; sorted by field
  SourcePosition where;    ///< of the document's first key; of a file that cannot be read: the file alone
};

using DefaultsPtr = std::shared_ptr<const WorkspaceDefaults>;

}  // namespace cr::specs
