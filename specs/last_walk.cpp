#include "specs/last_walk.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "specs/regular_file.h"
#include "specs/revision.h"

namespace cr::specs {
namespace {

bool lies_here(const Tree& tree) {
  return std::ranges::all_of(tree.files, [&](const TreeFile& file) {
    return file.directory != kElsewhere &&
           file.signature.device == tree.directories[file.directory].second.device;
  });
}

bool files_above_are_unchanged(const Tree& tree) {
  return std::ranges::all_of(tree.above, [&](const DirectoryAbove& above) {
    return std::ranges::all_of(above.files, [&](const TreeFile& file) {
      struct stat status {};
      return ::stat(real_path(tree, file).c_str(), &status) == 0 && signature_of(status) == file.signature;
    });
  });
}

}  // namespace

std::vector<CheckedOut> checkouts_of(const std::vector<Tree>& trees) {
  std::vector<CheckedOut> places;
  for (const Tree& tree : trees) {
    if (tree.links.empty()) continue;
    places.push_back(checked_out(tree.links.front().first, tree.root, enclosing_checkout(tree.root),
                                 find_revision(tree.root)));
  }
  return places;
}

void LastWalk::keep(std::vector<Tree> trees, std::span<const CachedFile> files) {
  trees_.reset();
  if (!std::ranges::all_of(trees, lies_here) || !std::ranges::all_of(files, &CachedFile::settled)) return;
  for (Tree& tree : trees) tree.files = {};
  trees_ = std::move(trees);
}

bool LastWalk::still_holds(const std::vector<CheckedOut>& checkouts) const {
  return trees_ && std::ranges::all_of(*trees_, is_unchanged) &&
         std::ranges::all_of(*trees_, files_above_are_unchanged) && checkouts_of(*trees_) == checkouts;
}

}  // namespace cr::specs
