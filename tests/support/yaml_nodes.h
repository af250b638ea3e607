#pragma once

#include <algorithm>

#include "specs/yaml_document.h"

namespace cr::testing {

/// Whether two trees say the same, at the same places.
inline bool same_nodes(const specs::YamlNode& a, const specs::YamlNode& b) {
  return a.kind == b.kind && a.plain == b.plain && a.foreign_tag == b.foreign_tag && a.line == b.line &&
         a.byte == b.byte && a.expanded == b.expanded && a.text == b.text &&
         std::equal(a.children.begin(), a.children.end(), b.children.begin(), b.children.end(),
                    [](const specs::YamlNode* x, const specs::YamlNode* y) { return same_nodes(*x, *y); });
}

}  // namespace cr::testing
