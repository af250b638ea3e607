#pragma once

#include <string>

#include "specs/diagnostic.h"

namespace cr::specs {

/// Where something stands that is an error or none by what defaults give: the template that is missing, say.
/// Kept until they are known, since the text is gone by then.
struct OpenPlace {
  std::string field;  ///< below the workspace's `spec`: "template", "keepAwake", "reconcilePolicy.fields.ttl"
  std::string path;   ///< within the document, as diagnostics show it
  SourcePosition where;
  std::string excerpt;  ///< as Diagnostic::excerpt
  bool operator==(const OpenPlace&) const = default;
};

}  // namespace cr::specs
