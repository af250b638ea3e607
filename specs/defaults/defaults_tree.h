#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "specs/defaults/workspace_defaults.h"

namespace cr::specs {

/// As many documents of defaults may count for one directory, with those of the directories above. What is
/// done for a document grows with their number.
inline constexpr std::size_t kMaxDefaultsInChain = 256;

/// The directory that a file's defaults are for, and that decides which are for it: that of its path as
/// diagnostics show it, below the path that the user gave, without `.` and doubled slashes. The current one
/// is "". So a link counts where it stands and not where it leads.
[[nodiscard]] std::string directory_of(std::string_view shown);

/// Documents of equal rank: one directory's with a selector, or without. Sorted by file and line.
using DefaultsRank = std::vector<DefaultsPtr>;
/// What counts for one directory, nearest first; within one directory those with a selector stand first.
using DefaultsChain = std::vector<DefaultsRank>;

/// Defaults by directory. Pure.
class DefaultsTree {
 public:
  /// The same once more in the same directory is one.
  void add(std::string directory, DefaultsPtr defaults);
  /// The directory above another, where their paths do not tell.
  void nest(std::string directory, std::string above);
  [[nodiscard]] bool empty() const { return directories_.empty(); }
  /// Where there are more than kMaxDefaultsInChain: one that is not legible, at the place of the first too
  /// many. They are counted from outside, so that the directory which adds them is the one that suffers.
  [[nodiscard]] DefaultsChain chain_of(std::string_view directory) const;

 private:
  struct ByPlace {
    bool operator()(const DefaultsPtr& a, const DefaultsPtr& b) const;
  };
  using Rank = std::set<DefaultsPtr, ByPlace>;
  struct Ranks {
    Rank with_selector;
    Rank for_all;
  };
  static DefaultsChain crowd_of(const Ranks& ranks, std::size_t allowed);

  [[nodiscard]] std::optional<std::string_view> parent_of(std::string_view directory) const;

  std::map<std::string, Ranks, std::less<>> directories_;
  std::map<std::string, std::string, std::less<>> nested_;
};

}  // namespace cr::specs
