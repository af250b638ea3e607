#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "specs/diagnostic.h"
#include "specs/named_fields.h"
#include "specs/selector.h"
#include "specs/workspace_spec.h"

namespace cr::specs {

/// Whether it can be told what defaults give. Where it cannot, whatever they may be for is left as it is.
enum class Legibility : std::uint8_t {
  legible,
  invalid,   ///< defaults with an error in them
  doubtful,  ///< an invalid document, or a text that is none, that may have been meant as defaults
  unread,    ///< a file that cannot be read, and may hold some
  crowd,     ///< too many for one directory
};

/// `kind: WorkspaceDefaults`: values for the workspaces and sets of its directory and below.
struct WorkspaceDefaults {
  std::string name;
  /// If not legible, all below but `where` and, where it can be read, the selector is empty.
  Legibility legibility = Legibility::legible;
  Selector selector;  ///< empty: for all
  WorkspaceSpec values;
  NamedFields named;
  DefaultedFields places;  ///< of each value; sorted by field
  SourcePosition where;    ///< of the document's first key; of a file that cannot be read: the file alone

  [[nodiscard]] bool is_legible() const { return legibility == Legibility::legible; }
};

using DefaultsPtr = std::shared_ptr<const WorkspaceDefaults>;

}  // namespace cr::specs
