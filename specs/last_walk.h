#pragma once

#include <optional>
#include <span>
#include <vector>

#include "specs/checkout.h"
#include "specs/file_cache.h"
#include "specs/source_tree.h"

namespace cr::specs {

/// Where the paths of these trees lie now; one that others only pretend to be there lies nowhere.
[[nodiscard]] std::vector<CheckedOut> checkouts_of(const std::vector<Tree>& trees);

/// What a load walked over, kept so that the next one need not look at each of ten thousand files: where no
/// file was written to, directories, links and revisions tell whether it would find the same. Touches the
/// file system.
class LastWalk {
 public:
  /// After a load of these, all of whose declared files are `files`. Nothing is kept where only a look at
  /// each file tells: one that does not lie in a directory that was walked, but where a link or a mount
  /// leads, or one that may have been written to again since it was read.
  void keep(std::vector<Tree> trees, std::span<const CachedFile> files);
  void forget() { trees_.reset(); }

  /// Whether all is as it was then, unless a file was written to, and lies where the load found it; files
  /// above the paths, which are few, are looked at. False where nothing is kept.
  [[nodiscard]] bool still_holds(const std::vector<CheckedOut>& checkouts) const;

 private:
  std::optional<std::vector<Tree>> trees_;  ///< without their files
};

}  // namespace cr::specs
