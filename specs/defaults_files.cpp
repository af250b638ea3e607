#include "specs/defaults_files.h"

#include <map>
#include <memory>
#include <utility>

#include "specs/text/ascii.h"

namespace cr::specs {
namespace {

bool is_named_defaults(std::string_view shown) {
  return text::lower(shown.substr(shown.rfind('/') + 1)).find("default") != std::string::npos;
}

/// Of a file that is reached in several ways its workspaces count once, and its defaults wherever it stands.
void add_repeated(const std::vector<Tree>& trees, std::span<const CachedFile> files, DefaultsTree& defaults,
                  std::set<std::string>& held) {
  std::map<Inode, std::vector<const TreeFile*>> others;
  for (const Tree& tree : trees) {
    for (const TreeFile& file : tree.repeated) others[inode_of(file.signature)].push_back(&file);
  }
  if (others.empty()) return;
  for (const CachedFile& file : files) {
    const auto found = others.find(inode_of(file.signature));
    if (found == others.end() || file.parsed.defaults.empty()) continue;
    for (const TreeFile* other : found->second) {
      held.insert(other->shown);
      for (const DefaultsPtr& one : file.parsed.defaults) defaults.add(directory_of(other->shown), one);
    }
  }
}

}  // namespace

bool is_told_of(const CachedFile& above) {
  return !above.parsed.illegible || above.held_defaults.value_or(false) || is_named_defaults(*above.shown);
}

bool DefaultsFiles::may_hold(const TreeProblem& problem, bool in_use) const {
  if (held_.contains(problem.shown)) return true;
  return problem.may_hold_specs && (in_use || is_named_defaults(problem.shown));
}

DefaultsPtr DefaultsFiles::unread(const std::shared_ptr<const std::string>& file) {
  DefaultsPtr& known = unread_[*file];
  if (!known) {
    WorkspaceDefaults defaults;
    defaults.legibility = Legibility::unread;
    defaults.where.file = file;
    known = std::make_shared<const WorkspaceDefaults>(std::move(defaults));
  }
  return known;
}

DefaultsTree DefaultsFiles::gather(const std::vector<Tree>& trees, std::span<const CachedFile> declared,
                                   std::span<const CachedFile> above) {
  DefaultsTree defaults;
  std::set<std::string> held;
  for (const std::span<const CachedFile> files : {declared, above}) {
    for (const CachedFile& file : files) {
      if (!file.parsed.defaults.empty()) held.insert(*file.shown);
      for (const DefaultsPtr& one : file.parsed.defaults) defaults.add(directory_of(*file.shown), one);
    }
  }
  add_repeated(trees, declared, defaults, held);
  const bool in_use = !defaults.empty();

  std::map<std::string, DefaultsPtr> before = std::exchange(unread_, {});
  const auto add_unread = [&](const std::shared_ptr<const std::string>& file) {
    if (const auto known = before.find(*file); known != before.end()) unread_.insert(before.extract(known));
    defaults.add(directory_of(*file), unread(file));
  };
  const auto add_problem = [&](const TreeProblem& problem, bool where_in_use) {
    if (held_.contains(problem.shown)) held.insert(problem.shown);
    if (may_hold(problem, where_in_use)) add_unread(std::make_shared<const std::string>(problem.shown));
  };
  for (const CachedFile& file : declared) {
    if (!file.parsed.illegible) continue;
    if (in_use || file.held_defaults.value_or(true) || is_named_defaults(*file.shown)) add_unread(file.shown);
  }
  for (const CachedFile& file : above)
    if (file.parsed.illegible && specs::is_told_of(file)) add_unread(file.shown);
  for (const Tree& tree : trees) {
    for (const TreeProblem& problem : tree.problems) add_problem(problem, in_use);
    for (const DirectoryAbove& one : tree.above) {
      defaults.nest(one.inner, one.shown);
      for (const TreeProblem& problem : one.problems) add_problem(problem, false);
    }
  }
  held_ = std::move(held);
  return defaults;
}

}  // namespace cr::specs
