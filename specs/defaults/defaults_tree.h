#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "specs/defaults/workspace_defaults.h"

namespace cr::specs {

/// The directory that a file's defaults are for, and that decides which are for it: that of its path as
/// diagnostics show it, below the path that the user gave, without `.` and doubled slashes. The current one
/// is
/// "". So a link counts where it stands and not where it leads, and of single files those count that were
/// given: whoever reads one file alone reads it without the defaults beside it.
[[nodiscard]] std::string directory_of(std::string_view shown);

/// Documents of equal rank: one directory's with a selector, or without. Sorted by file and line.
using DefaultsRank = std::vector<DefaultsPtr>;
/// What counts for one directory, nearest first; within one directory those with a selector stand first.
using DefaultsChain = std::vector<DefaultsRank>;

/// Defaults by directory. Pure.
class DefaultsTree {
 public:
  void add(std::string directory, DefaultsPtr defaults);
  [[nodiscard]] bool empty() const { return directories_.empty(); }
  [[nodiscard]] DefaultsChain chain_of(std::string_view directory) const;

 private:
  struct Ranks {
    DefaultsRank with_selector;
    DefaultsRank for_all;
  };
  std::map<std::string, Ranks, std::less<>> directories_;
};

}  // namespace cr::specs
