#pragma once

#include <string>
#include <vector>

#include "specs/source_texts.h"
#include "specs/source_tree.h"

/// What walks have found as texts and back: a load by whoever has the texts alone. Pure.
namespace cr::specs {

/// As a walk would have found the files, but for streams, whose paths are added to `inputs`.
[[nodiscard]] Tree tree_of(const SourceTexts& given, std::vector<std::string>& inputs);
/// Of a file of that tree.
[[nodiscard]] const SourceFile& file_of(const SourceTexts& given, const TreeFile& found);

/// Adds what of the trees is no text: other paths of the files that are there already, what could not be
/// read, and how directories are nested.
void add_trees(const std::vector<Tree>& trees, SourceTexts& texts);

}  // namespace cr::specs
