#include "specs/given_tree.h"

#include <map>
#include <utility>

#include "specs/defaults/defaults_tree.h"

namespace cr::specs {

Tree tree_of(const SourceTexts& given, std::vector<std::string>& inputs) {
  Tree tree;
  std::map<std::string, DirectoryAbove> above;
  const auto directory_above = [&](const std::string& path) -> DirectoryAbove& {
    const std::string directory = directory_of(path);
    DirectoryAbove& found = above[directory];
    if (found.shown.empty()) found.shown = found.inner = directory;
    return found;
  };
  for (const SourceFile& file : given.files) {
    if (file.role == SourceFile::Role::input) {
      inputs.push_back(file.path);
      continue;
    }
    TreeFile found{file.path, kElsewhere, 0, {}};
    // What tells files apart are their places in the list.
    found.signature.inode = 1 + static_cast<std::uint64_t>(&file - given.files.data());
    found.signature.size = file.bytes > 0 ? file.bytes : file.text.size();
    for (const std::string& path : file.also_at)
      tree.repeated.push_back({path, kElsewhere, 0, found.signature});
    (file.role == SourceFile::Role::above ? directory_above(file.path).files : tree.files)
        .push_back(std::move(found));
  }
  for (const SourceGap& gap : given.gaps) {
    TreeProblem problem{gap.path, gap.message, gap.remedy, gap.may_hold_specs};
    (gap.above ? directory_above(gap.path).problems : tree.problems).push_back(std::move(problem));
  }
  for (const auto& [inner, outer] : given.nested)
    tree.above.push_back({.shown = outer, .inner = inner, .files = {}, .problems = {}});
  for (auto& [path, directory] : above) tree.above.push_back(std::move(directory));
  return tree;
}

const SourceFile& file_of(const SourceTexts& given, const TreeFile& found) {
  return given.files.at(found.signature.inode - 1);
}

void add_trees(const std::vector<Tree>& trees, SourceTexts& texts) {
  std::map<Inode, std::vector<std::string>> others;
  std::map<std::string, Inode> inodes;
  const auto note = [&](const TreeProblem& problem, bool is_above) {
    texts.gaps.push_back({problem.shown, problem.message, problem.remedy, is_above, problem.may_hold_specs});
  };
  for (const Tree& tree : trees) {
    for (const TreeFile& file : tree.files) inodes.emplace(file.shown, inode_of(file.signature));
    for (const TreeFile& file : tree.repeated) others[inode_of(file.signature)].push_back(file.shown);
    for (const TreeProblem& problem : tree.problems) note(problem, false);
    for (const DirectoryAbove& one : tree.above) {
      texts.nested.emplace_back(one.inner, one.shown);
      for (const TreeProblem& problem : one.problems) note(problem, true);
    }
  }
  for (SourceFile& file : texts.files) {
    if (file.role != SourceFile::Role::declared) continue;
    if (const auto found = others.find(inodes.at(file.path)); found != others.end())
      file.also_at = found->second;
  }
}

}  // namespace cr::specs
