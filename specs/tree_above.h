#pragma once

#include <string>

#include "specs/source_tree.h"

namespace cr::specs {

/// Fills `tree.above`: the directories above `path` as far as the checkout goes that it lies in, and the spec
/// files that stand right in them, by name. Of a file its own directory is the first. Without a checkout
/// there is nothing above: what lies around a mounted directory is nobody's. Links that leave the checkout
/// are not followed, and are among the problems there like those that lead nowhere. Returns false and a
/// failure where one of the directories can't be listed.
[[nodiscard]] bool look_above(const std::string& path, Tree& tree, TreeFailure& failure);

}  // namespace cr::specs
