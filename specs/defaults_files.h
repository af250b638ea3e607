#pragma once

#include <map>
#include <memory>
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
/// led to before, or, below the given paths, that defaults are in use at all; whatever else stands where
/// there were defaults before, be it a link that is never followed.
class DefaultsFiles {
 public:
  /// `declared`: files below the given paths. `above`: of the directories above them; of these only defaults
  /// were kept.
  [[nodiscard]] DefaultsTree gather(const std::vector<Tree>& trees, std::span<const CachedFile> declared,
                                    std::span<const CachedFile> above);

  /// Whether a problem above the given paths is worth a word: other programs have theirs there. The same
  /// before gather() and after it.
  [[nodiscard]] bool is_told_of(const TreeProblem& above) const { return may_hold(above, false); }

 private:
  [[nodiscard]] bool may_hold(const TreeProblem& problem, bool in_use) const;
  [[nodiscard]] DefaultsPtr unread(const std::shared_ptr<const std::string>& file);

  std::set<std::string> held_;  ///< paths at which there are defaults, or were when they could be read last
  /// By path: who depends on them knows them by that, and is not looked at again while they last.
  std::map<std::string, DefaultsPtr> unread_;
};

/// Whether what is wrong with a file above the given paths is worth a word: other programs have theirs there.
[[nodiscard]] bool is_told_of(const CachedFile& above);

}  // namespace cr::specs
