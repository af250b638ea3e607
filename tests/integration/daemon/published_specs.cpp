#include "tests/integration/daemon/published_specs.h"

#include <fmt/format.h>

#include <cstdint>
#include <filesystem>

namespace cr::testing {

namespace fs = std::filesystem;

namespace {

/// Removing what is read just now, and leaving it, are races of different kinds: both happen.
void remove_stale(const TempFolder& folder, std::vector<std::string>& stale, int mark) {
  constexpr int kAtOnce = 3;
  if (mark % kAtOnce != 0) return;
  for (const std::string& tree : stale) fs::remove_all(folder.path(tree));
  stale.clear();
}

std::string key(int file) {
  return MarkedSpecs::name(file) + ".yaml";
}

}  // namespace

std::string MarkedSpecs::document(int file, int mark) {
  return fmt::format(
      "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata:\n  name: {}\n  labels: {{rev: {}}}\n"
      "spec:\n  owner: alice\n  template: docker\n  ttl: {}m\n  reconcilePolicy: {{update: {}}}\n",
      name(file), label(mark), ttl(mark).count(), file < kWritable);
}

std::string GitSync::revision(int mark) const {
  constexpr std::uint32_t kSpread = 2654435761U;  // neighbours should not look alike
  return fmt::format("{:08x}{:032x}", static_cast<std::uint32_t>(mark + 1) * kSpread, mark);
}

void GitSync::write(int mark, const std::string& file, const std::string& text) const {
  folder_.write(worktree(mark) + '/' + file, text);
}

void GitSync::flip(int mark) {
  folder_.write(worktree(mark) + "/.git", "gitdir: ../../.git/worktrees/" + revision(mark) + '\n');
  folder_.point_link("git/root/current", ".worktrees/" + revision(mark));
  remove_stale(folder_, stale_, mark);
  stale_.push_back(worktree(mark));
}

void GitSync::prepare(int mark) {
  constexpr int kTeams = 6;
  for (int file = 0; file < MarkedSpecs::files(mark); ++file) {
    const std::string path = fmt::format("specs/team-{}/{}.yaml", file % kTeams, MarkedSpecs::name(file));
    write(mark, path, MarkedSpecs::document(file, mark));
  }
}

std::string ConfigMapVolume::directory(int mark) {
  return fmt::format("..2026_01_01_00_{:02}_{:02}.{:09}", mark / 60 % 60, mark % 60, mark);
}

void ConfigMapVolume::prepare(int mark) {
  for (int file = 0; file < MarkedSpecs::files(mark); ++file)
    folder_.write("specs/" + directory(mark) + '/' + key(file), MarkedSpecs::document(file, mark));
}

void ConfigMapVolume::flip(int mark) {
  folder_.point_link("specs/..data", directory(mark));
  for (int file = 0; file < MarkedSpecs::files(mark); ++file) {
    const fs::path link = folder_.path("specs/" + key(file));
    if (!fs::is_symlink(link)) fs::create_symlink("..data/" + key(file), link);
  }
  for (int file = MarkedSpecs::files(mark); file <= MarkedSpecs::kFiles; ++file)
    fs::remove(folder_.path("specs/" + key(file)));
  remove_stale(folder_, stale_, mark);
  stale_.push_back("specs/" + directory(mark));
}

}  // namespace cr::testing
