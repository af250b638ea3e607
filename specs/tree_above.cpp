#include "specs/tree_above.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "specs/defaults/defaults_tree.h"
#include "specs/revision.h"

namespace cr::specs {
namespace {

namespace fs = std::filesystem;

/// Of a directory as directory_of() has it.
std::string parent_of(std::string_view directory) {
  if (directory.empty()) return "..";
  if (directory == ".." || directory.ends_with("/..")) return std::string(directory) + "/..";
  const std::size_t slash = directory.rfind('/');
  if (slash == std::string_view::npos) return "";
  return std::string(directory.substr(0, std::max<std::size_t>(slash, 1)));
}

bool fail(const std::error_code& error, const std::string& path, TreeFailure& failure) {
  failure.moved = error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
  failure.message = path + ": " + error.message();
  return false;
}

bool take_directory(const std::string& real, const std::string& checkout, DirectoryAbove& above, Tree& tree,
                    TreeFailure& failure) {
  struct stat status {};
  if (::stat(real.c_str(), &status) != 0) return fail({errno, std::generic_category()}, real, failure);
  const std::size_t directory = tree.directories.size();
  tree.directories.emplace_back(real, signature_of(status));
  std::error_code error;
  for (fs::directory_iterator entry(real, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with('.') || !(name.ends_with(".yaml") || name.ends_with(".yml"))) continue;
    const std::optional<std::string> target = resolve(entry->path().string());
    if (!target) {
      above.problems.push_back(
          {.shown = below(above.shown, name), .message = why_unresolved(errno), .remedy = {}});
      continue;
    }
    const bool leaves = !is_within(*target, checkout);
    struct stat found {};
    if (leaves || ::stat(target->c_str(), &found) != 0 || !S_ISREG(found.st_mode)) {
      above.problems.push_back(
          {.shown = below(above.shown, name),
           .message = leaves ? "is a symbolic link that leaves " + checkout + "; not followed"
                             : "is not a regular file; skipped",
           .remedy = {},
           .may_hold_specs = false});
      continue;
    }
    const bool is_link = *target != below(real, name);
    if (is_link) tree.links.emplace_back(entry->path().string(), *target);
    above.files.push_back({.shown = below(above.shown, name),
                           .directory = is_link ? kElsewhere : directory,
                           .link = tree.links.size() - 1,
                           .signature = signature_of(found)});
  }
  std::ranges::sort(above.files, {}, &TreeFile::shown);
  std::ranges::sort(above.problems, {}, &TreeProblem::shown);
  return !error || fail(error, real, failure);
}

}  // namespace

bool look_above(const std::string& path, Tree& tree, TreeFailure& failure) {
  std::error_code ignored;
  const bool is_directory = fs::is_directory(tree.root, ignored);
  std::string inner = directory_of(is_directory ? path + '/' : path);
  const std::optional<std::string> innermost = is_directory ? tree.root : resolve(inner);
  if (!innermost) return true;
  const std::string checkout = enclosing_checkout(*innermost);
  if (!fs::exists(fs::path(checkout) / ".git", ignored) && !is_commit(fs::path(checkout).filename().string()))
    return true;

  std::string real = *innermost;
  if (!is_directory) {
    DirectoryAbove& own =
        tree.above.emplace_back(DirectoryAbove{.shown = inner, .inner = inner, .files = {}, .problems = {}});
    if (!take_directory(real, checkout, own, tree, failure)) return false;
  }
  while (real != checkout && is_within(real, checkout)) {
    real = fs::path(real).parent_path().string();
    // As the user would write it, where that leads to the same: a link may stand anywhere.
    std::string shown = parent_of(inner);
    if (resolve(shown) != real) shown = real;
    DirectoryAbove& above = tree.above.emplace_back(
        DirectoryAbove{.shown = shown, .inner = std::move(inner), .files = {}, .problems = {}});
    if (!take_directory(real, checkout, above, tree, failure)) return false;
    inner = std::move(shown);
  }
  return true;
}

}  // namespace cr::specs
