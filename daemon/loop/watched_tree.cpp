#include "daemon/loop/watched_tree.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <set>
#include <system_error>

namespace cr::daemon {
namespace {

namespace fs = std::filesystem;
constexpr int kMostLinks = 40;  // as the kernel has it
constexpr int kDeepest = 32;

/// The path with every link on the way resolved, noting the directory that holds each of them. Parts that do
/// not exist end the walk; the directory in which they would appear is noted.
fs::path resolve(const fs::path& path, std::set<std::string>& directories) {
  std::error_code error;
  const fs::path start = fs::absolute(path, error).lexically_normal();
  std::vector<fs::path> rest(start.begin(), start.end());
  std::ranges::reverse(rest);
  fs::path done;
  int links = 0;
  while (!rest.empty()) {
    const fs::path part = rest.back();
    rest.pop_back();
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      done = done.parent_path();
      continue;
    }
    const fs::path next = done / part;
    const auto status = fs::symlink_status(next, error);
    if (error || !fs::exists(status)) {
      directories.insert(done.string());
      return {};
    }
    if (!fs::is_symlink(status)) {
      done = next;
      continue;
    }
    directories.insert(done.string());
    const fs::path target = fs::read_symlink(next, error);
    if (error || ++links > kMostLinks) return {};
    if (target.is_absolute()) done = target.root_path();
    std::vector<fs::path> parts(target.begin(), target.end());
    if (target.is_absolute()) parts.erase(parts.begin());
    rest.insert(rest.end(), parts.rbegin(), parts.rend());
  }
  return done;
}

class TreeOfDirectories {
 public:
  explicit TreeOfDirectories(std::size_t limit) : limit_(limit) {}

  void add(const std::string& path) {
    const fs::path real = resolve(path, directories_);
    if (real.empty()) {
      whole_ = false;
      return;
    }
    std::error_code error;
    if (fs::is_directory(real, error))
      add_below(real, 0);
    else
      directories_.insert(real.parent_path().string());
  }

  [[nodiscard]] WatchedTree result() const {
    WatchedTree tree{{directories_.begin(), directories_.end()}, whole_};
    if (tree.directories.size() > limit_) {
      tree.directories.resize(limit_);
      tree.whole = false;
    }
    return tree;
  }

 private:
  void add_below(const fs::path& directory, int depth) {
    if (depth > kDeepest || directories_.size() >= limit_) {
      whole_ = false;
      return;
    }
    if (!directories_.insert(directory.string()).second && depth > 0) return;
    std::error_code error;
    fs::directory_iterator entry(directory, fs::directory_options::skip_permission_denied, error);
    for (const fs::directory_iterator end; !error && entry != end; entry.increment(error)) {
      const std::string name = entry->path().filename().string();
      if (name.starts_with('.')) continue;
      std::error_code ignored;
      const bool link = entry->is_symlink(ignored);
      if (!entry->is_directory(ignored)) {
        // A linked file is changed where it really lies.
        if (link) resolve(entry->path(), directories_);
        continue;
      }
      const fs::path real = link ? resolve(entry->path(), directories_) : entry->path();
      if (!real.empty()) add_below(real, depth + 1);
    }
    if (error) whole_ = false;
  }

  std::size_t limit_;
  std::set<std::string> directories_;
  bool whole_ = true;
};

}  // namespace

WatchedTree watched_directories(const std::vector<std::string>& paths, std::size_t limit) {
  TreeOfDirectories tree(limit);
  for (const std::string& path : paths) {
    if (path != "-") tree.add(path);
  }
  return tree.result();
}

std::uint64_t path_fingerprint(const std::vector<std::string>& paths) {
  std::uint64_t fingerprint = 0;
  const auto mix = [&](std::uint64_t value) {
    fingerprint ^= value + 0x9e3779b97f4a7c15ULL + (fingerprint << 6) + (fingerprint >> 2);
  };
  for (const std::string& path : paths) {
    if (path == "-") continue;
    std::error_code error;
    const fs::path real = fs::canonical(path, error);
    mix(error ? 0 : std::hash<std::string>{}(real.string()));
    struct stat info {};
    if (error || ::stat(real.c_str(), &info) != 0) continue;
    mix(info.st_dev);
    mix(info.st_ino);
    mix(static_cast<std::uint64_t>(info.st_mtim.tv_sec));
    mix(static_cast<std::uint64_t>(info.st_mtim.tv_nsec));
  }
  return fingerprint;
}

}  // namespace cr::daemon
