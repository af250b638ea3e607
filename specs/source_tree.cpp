#include "specs/source_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>

#include "specs/revision.h"
#include "specs/text/ascii.h"

namespace cr::specs {
namespace {

constexpr std::size_t kMaxTreeDepth = 64;

bool has_spec_name(std::string_view name) {
  return name.ends_with(".yaml") || name.ends_with(".yml");
}

/// What somebody may take for a spec file's name.
bool looks_like_spec(std::string_view name) {
  const std::string lower = text::lower(name);
  const auto holds = [&](std::string_view part) { return lower.find(part) != std::string::npos; };
  return lower.ends_with(".json") || holds(".yaml") || holds(".yml");
}

struct Entry {
  std::string name;
  unsigned char type;
};

}  // namespace

bool TreeWalk::fail(int error, const std::string& path) {
  failure_->moved = error == ENOENT || error == ENOTDIR || error == ESTALE;
  failure_->message = path + ": " + std::generic_category().message(error);
  return false;
}

void TreeWalk::note(const std::string& shown, std::string message, std::string remedy) {
  tree_->problems.push_back({shown, std::move(message), std::move(remedy)});
}

void TreeWalk::take_file(std::string shown, std::size_t directory, const struct stat& status) {
  if (!S_ISREG(status.st_mode)) {
    note(shown, "is not a regular file; skipped");
    tree_->problems.back().may_hold_specs = false;
    return;
  }
  tree_->files.push_back({std::move(shown), directory, tree_->links.size() - 1, signature_of(status)});
}

bool TreeWalk::walk(const std::string& path, Tree& tree, TreeFailure& failure) {
  tree_ = &tree;
  failure_ = &failure;
  const std::optional<std::string> real = resolve(path);
  if (!real) return fail(errno, path);
  tree.root = *real;
  tree.links.emplace_back(path, *real);
  struct stat status {};
  if (::stat(real->c_str(), &status) != 0) return fail(errno, path);
  if (!S_ISDIR(status.st_mode)) {
    take_file(path, kElsewhere, status);
    return true;
  }
  boundary_ = enclosing_checkout(*real);
  return walk_directory(*real, path, 0);
}

bool TreeWalk::walk_directory(const std::string& real, const std::string& shown, std::size_t depth) {
  if (depth > kMaxTreeDepth) {
    failure_->message = fmt::format("{}: directories are nested deeper than {} levels", shown, kMaxTreeDepth);
    return false;
  }
  const int fd = ::open(real.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return fail(errno, shown);
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::fdopendir(fd), &::closedir);
  if (!directory) {
    const int error = errno;
    ::close(fd);
    return fail(error, shown);
  }
  struct stat status {};
  if (::fstat(fd, &status) != 0) return fail(errno, shown);
  if (!visited_.emplace(status.st_dev, status.st_ino).second) return true;
  const std::size_t index = tree_->directories.size();
  tree_->directories.emplace_back(real, signature_of(status));

  std::vector<Entry> entries;
  while (true) {
    errno = 0;
    const dirent* entry = ::readdir(directory.get());
    if (entry == nullptr && errno != 0) return fail(errno, shown);
    if (entry == nullptr) break;
    if (entry->d_name[0] != '.') entries.push_back({entry->d_name, entry->d_type});
    if (++entries_ > max_entries_) {
      failure_->message =
          fmt::format("{}: more than {} files and directories", tree_->links.front().first, max_entries_);
      return false;
    }
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.name < b.name; });

  for (const Entry& entry : entries) {
    const bool spec_name = has_spec_name(entry.name);
    if (!spec_name && tree_->look_alike.empty() && entry.type != DT_DIR && looks_like_spec(entry.name))
      tree_->look_alike = below(shown, entry.name);
    if (entry.type == DT_REG && !spec_name) continue;
    std::string here = below(shown, entry.name);
    const auto there = [&] { return below(real, entry.name); };
    if (entry.type == DT_LNK) {
      if (!visit_link(there(), here, spec_name, depth)) return false;
      continue;
    }
    if (entry.type == DT_DIR) {
      if (!walk_directory(there(), here, depth + 1)) return false;
      continue;
    }
    struct stat found {};
    if (::fstatat(fd, entry.name.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0) return fail(errno, here);
    if (S_ISLNK(found.st_mode)) {  // on file systems that don't tell types while listing
      if (!visit_link(there(), here, spec_name, depth)) return false;
    } else if (S_ISDIR(found.st_mode)) {
      if (!walk_directory(there(), here, depth + 1)) return false;
    } else if (spec_name) {
      take_file(std::move(here), index, found);
    }
  }
  return true;
}

bool TreeWalk::visit_link(const std::string& link, const std::string& shown, bool spec_name,
                          std::size_t depth) {
  const std::optional<std::string> real = resolve(link);
  if (!real) {
    const int error = errno;
    const bool leads_nowhere = error == ENOENT || error == ELOOP || error == ENOTDIR;
    // A directory that may not be looked into could hold specs; a spec file is only itself.
    if (!leads_nowhere && !(spec_name && (error == EACCES || error == EPERM || error == ENAMETOOLONG)))
      return fail(error, shown);
    if (!spec_name) return true;
    note(shown, why_unresolved(error));
    return true;
  }
  struct stat status {};
  if (::stat(real->c_str(), &status) != 0) return fail(errno, shown);
  const bool is_directory = S_ISDIR(status.st_mode);
  if (!is_directory && !spec_name) return true;
  tree_->links.emplace_back(link, *real);
  // What a repository says must not decide which files of this machine are read (and quoted in errors).
  if (!is_within(*real, boundary_)) {
    note(shown, "is a symbolic link that leaves " + boundary_ + "; not followed",
         "pass its target as a path of its own");
    tree_->problems.back().may_hold_specs = false;
    return true;
  }
  if (is_directory) return walk_directory(*real, shown, depth + 1);
  take_file(shown, kElsewhere, status);
  return true;
}

std::string real_path(const Tree& tree, const TreeFile& file) {
  if (file.directory == kElsewhere) return tree.links[file.link].second;
  return below(tree.directories[file.directory].first, file.shown.substr(file.shown.rfind('/') + 1));
}

void drop_repeated_files(std::vector<Tree>& trees) {
  // Without links below the path itself there is one way to each file.
  if (trees.size() < 2 &&
      std::all_of(trees.begin(), trees.end(), [](const Tree& tree) { return tree.links.size() < 2; }))
    return;
  std::set<std::pair<std::uint64_t, std::uint64_t>> seen;
  for (Tree& tree : trees) {
    std::erase_if(tree.files, [&](const TreeFile& file) {
      if (seen.emplace(file.signature.device, file.signature.inode).second) return false;
      tree.repeated.push_back(file);
      return true;
    });
  }
}

std::optional<std::string> resolve(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(
      ::realpath(path.empty() ? "." : path.c_str(), nullptr), &std::free);
  if (!real) return std::nullopt;
  return std::string(real.get());
}

bool is_within(const std::string& path, const std::string& directory) {
  if (directory == "/") return true;
  return path.starts_with(directory) && (path.size() == directory.size() || path[directory.size()] == '/');
}

std::string below(const std::string& directory, const std::string& name) {
  if (directory.empty()) return name;
  return directory.ends_with('/') ? directory + name : directory + '/' + name;
}

std::string why_unresolved(int error) {
  if (error == ELOOP) return "is a symbolic link that points back to itself";
  if (error == ENOENT || error == ENOTDIR) return "is a symbolic link whose target does not exist";
  return "is a symbolic link that cannot be followed: " + std::generic_category().message(error);
}

bool is_unchanged(const Tree& tree) {
  const auto same_link = [](const auto& link) { return resolve(link.first) == link.second; };
  const auto same_directory = [](const auto& directory) {
    struct stat status {};
    return ::stat(directory.first.c_str(), &status) == 0 && signature_of(status) == directory.second;
  };
  return std::all_of(tree.links.begin(), tree.links.end(), same_link) &&
         std::all_of(tree.directories.begin(), tree.directories.end(), same_directory);
}

}  // namespace cr::specs
