#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "specs/defaults/defaults_tree.h"
#include "specs/file_cache.h"
#include "specs/source_tree.h"

namespace cr::specs {

/// Which files hold defaults, and for which directories, from load to load.
///
/// What cannot be read may hold some, and then whatever they would be for is left as it is: a file, unless it
/// was seen to have none and nothing else speaks for it; a link that leads nowhere, if its name does, what it
/// led to before, or that defaults are in use at all.
class DefaultsFiles {
 public:
  /// `declared`: files below the given paths. `above`: of the directories above them; of these only defaults
  /// were kept.
  [[nodiscard]] DefaultsTree gather(const std::vector<Tree>& trees, std::span<const CachedFile> declared,
                                    std::span<const CachedFile> above);

 private:
  std::set<std::string> held_;  ///< paths at which there are defaults, or were when they could be read last
};

/// Whether what is wrong with a file above the given paths is worth a word: other programs have theirs there.
[[nodiscard]] bool is_told_of(const CachedFile& above);

}  // namespace cr::specs
