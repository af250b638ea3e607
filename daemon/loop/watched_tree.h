#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cr::daemon {

/// Directories in which a change can mean other specs: those that hold specs, and those that hold a link on
/// the way to them. git-sync flips a link beside its worktrees, Kubernetes flips `..data` inside the
/// directory; either shows as a rename in one of these.
struct WatchedTree {
  std::vector<std::string> directories;  ///< sorted, each once
  bool whole = true;                     ///< none had to be left out
};
/// Of each path every link is followed, component by component. Directories that do not exist yet are
/// represented by the nearest one above them that does. At most `limit`.
[[nodiscard]] WatchedTree watched_directories(const std::vector<std::string>& paths, std::size_t limit);

/// A number that changes when a path comes to mean something else: its resolved name, and identity and time
/// of change of what is there. Standard input has none.
[[nodiscard]] std::uint64_t path_fingerprint(const std::vector<std::string>& paths);

}  // namespace cr::daemon
