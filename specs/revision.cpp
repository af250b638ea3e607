#include "specs/revision.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "specs/regular_file.h"

namespace cr::specs {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSmallFile = 4096;
constexpr std::size_t kPackedRefs = std::size_t{16} << 20;
constexpr int kMaxSymbolicRefs = 5;

/// First line of a small file, or empty.
std::string first_line(const fs::path& path) {
  FileBytes file = read_regular_file(path.string(), kSmallFile);
  if (file.outcome != FileBytes::Outcome::read) return {};
  file.bytes.erase(std::min(file.bytes.find_first_of("\r\n"), file.bytes.size()));
  return std::move(file.bytes);
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

/// The nearest directory at or above `path` that is a checkout.
std::optional<fs::path> find_checkout(const fs::path& path) {
  for (fs::path here = path;; here = here.parent_path()) {
    if (is_commit(here.filename().string()) || is_there(here / ".git")) return here;
    if (here == here.parent_path()) return std::nullopt;
  }
}

std::string packed_ref(const fs::path& packed_refs, std::string_view ref) {
  const FileBytes file = read_regular_file(packed_refs.string(), kPackedRefs);
  std::string_view rest = file.bytes;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const std::size_t blank = line.find(' ');
    if (blank != std::string_view::npos && line.substr(blank + 1) == ref && is_commit(line.substr(0, blank)))
      return std::string(line.substr(0, blank));
  }
  return {};
}

/// Where Git keeps what it knows of a checkout: what is its own, and what its repository's worktrees share.
struct GitFolders {
  fs::path own, common;
};

GitFolders git_of(const fs::path& checkout) {
  fs::path git = checkout / ".git";
  constexpr std::string_view kGitDir = "gitdir: ";
  if (const std::string link = first_line(git); link.starts_with(kGitDir))
    git = checkout / link.substr(kGitDir.size());  // an absolute path replaces the checkout's
  fs::path common = git;
  if (const std::string shared = first_line(git / "commondir"); !shared.empty()) common = git / shared;
  return {std::move(git), std::move(common)};
}

std::string head_of(const fs::path& checkout) {
  const auto [git, common] = git_of(checkout);
  constexpr std::string_view kRef = "ref: ";
  std::string value = first_line(git / "HEAD");
  for (int i = 0; i < kMaxSymbolicRefs && value.starts_with(kRef); ++i) {
    const std::string ref = value.substr(kRef.size());
    if (!ref.starts_with("refs/") || ref.find("..") != std::string::npos) return {};
    value = first_line(git / ref);
    if (value.empty()) value = first_line(common / ref);
    if (value.empty()) value = packed_ref(common / "packed-refs", ref);
  }
  return is_commit(value) ? value : std::string{};
}

}  // namespace

bool is_commit(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::string enclosing_checkout(const std::string& path) {
  const auto checkout = find_checkout(path);
  return checkout ? checkout->string() : path;
}

std::string find_revision(const std::string& path) {
  const auto checkout = find_checkout(path);
  if (!checkout) return {};
  if (std::string name = checkout->filename().string(); is_commit(name)) return name;
  return head_of(*checkout);
}

std::string find_objects(const std::string& path) {
  const auto checkout = find_checkout(path);
  if (!checkout) return {};
  const fs::path objects = git_of(*checkout).common / "objects";
  return is_there(objects) ? objects.string() : std::string{};
}

}  // namespace cr::specs
