#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "specs/regular_file.h"

namespace cr::specs {

inline constexpr std::size_t kElsewhere = static_cast<std::size_t>(-1);

/// A spec file that a walk found.
struct TreeFile {
  std::string shown;        ///< below the path that the user gave
  std::size_t directory;    ///< index into Tree::directories, or kElsewhere: what was reached through a link
  std::size_t link;         ///< index into Tree::links, where the directory is kElsewhere
  FileSignature signature;  ///< as the walk saw it
};

/// Something with a spec file's name that can't be one.
struct TreeProblem {
  std::string shown;
  std::string message;
  std::string remedy;
  /// As a link whose target is gone may. A FIFO does not, nor what a link leads to that is never followed.
  bool may_hold_specs = true;
  bool operator==(const TreeProblem&) const = default;
};

/// A directory above what the user gave, within the same checkout, and the spec files that stand in it.
struct DirectoryAbove {
  std::string shown;
  std::string
      inner;  ///< the one below it that leads to what the user gave; of a file's own directory: itself
  std::vector<TreeFile> files;
  std::vector<TreeProblem> problems;  ///< other programs' among them
};

/// What a walk found below one path, and what it relied on while it looked.
struct Tree {
  std::string root;  ///< what the given path resolved to
  std::vector<TreeFile> files;
  std::vector<DirectoryAbove> above;  ///< nearest first
  std::vector<TreeFile> repeated;     ///< reached before in another way, of this tree or another
  std::vector<TreeProblem> problems;
  std::string look_alike;  ///< the first file that is passed over for its name alone: `a.YAML`, `a.json`
  std::vector<std::pair<std::string, std::string>>
      links;  ///< path and what it resolved to; the given path is the first
  std::vector<std::pair<std::string, FileSignature>> directories;
};

/// Why a walk has no result.
struct TreeFailure {
  bool moved = false;   ///< something vanished on the way: worth another try
  std::string message;  ///< names the path
};

/// What to open: absolute, without links.
[[nodiscard]] std::string real_path(const Tree& tree, const TreeFile& file);

/// Walks one path after another, taking every directory once, by whatever way it is reached first.
class TreeWalk {
 public:
  /// `max_entries`: of all directories together; beyond that a walk fails.
  explicit TreeWalk(std::size_t max_entries) : max_entries_(max_entries) {}

  /// Fills `tree` with the spec files (`*.yaml`, `*.yml`) below `path` in a fixed order: hidden entries
  /// skipped, links followed as long as they stay within the checkout, or else within the path's own
  /// directory. A path that is a file is taken whatever its name. Returns false and a failure if anything of
  /// it can't be listed.
  [[nodiscard]] bool walk(const std::string& path, Tree& tree, TreeFailure& failure);

 private:
  [[nodiscard]] bool walk_directory(const std::string& real, const std::string& shown, std::size_t depth);
  [[nodiscard]] bool visit_link(const std::string& link, const std::string& shown, bool spec_name,
                                std::size_t depth);
  [[nodiscard]] bool fail(int error, const std::string& path);
  void take_file(std::string shown, std::size_t directory, const struct stat& status);
  void note(const std::string& shown, std::string message, std::string remedy = {});

  std::set<std::pair<std::uint64_t, std::uint64_t>> visited_;  ///< directories by device and inode
  std::size_t max_entries_;
  std::size_t entries_ = 0;
  std::string boundary_;
  Tree* tree_ = nullptr;
  TreeFailure* failure_ = nullptr;
};

/// Keeps of files that were reached in several ways only the first, and notes the others.
void drop_repeated_files(std::vector<Tree>& trees);

/// The real path, with all links followed; of an empty one the working directory's. None: errno says why.
[[nodiscard]] std::optional<std::string> resolve(const std::string& path);
[[nodiscard]] bool is_within(const std::string& path, const std::string& directory);
[[nodiscard]] std::string below(const std::string& directory, const std::string& name);

/// What a person is told of a link that `error` (of errno) kept from being resolved.
[[nodiscard]] std::string why_unresolved(int error);

/// Whether every link still points where it did and every directory is as it was listed.
[[nodiscard]] bool is_unchanged(const Tree& tree);

}  // namespace cr::specs
