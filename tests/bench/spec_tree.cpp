#include "tests/bench/spec_tree.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace cr::bench {

namespace fs = std::filesystem;

std::string spec_text(std::size_t index, std::string_view ttl) {
  return fmt::format(
      "apiVersion: coder-reconciler/v1\n"
      "kind: Workspace\n"
      "metadata:\n"
      "  name: ws-{}\n"
      "  labels: {{team: team-{}}}\n"
      "spec:\n"
      "  owner: user-{}\n"
      "  template: fleet\n"
      "  autostart: CRON_TZ=Europe/Berlin 0 8 * * 1-5\n"
      "  ttl: {}\n"
      "  automaticUpdates: always\n",
      index, index / 100, index / 10, ttl);
}

SpecTree::SpecTree(std::size_t specs, std::size_t per_file)
    : root_(fs::temp_directory_path() / fmt::format("cr-bench-{}-{}-{}", getpid(), specs, per_file)),
      specs_(specs),
      per_file_(per_file) {
  fs::remove_all(root_);
  fs::create_directories(root_);
  for (std::size_t file = 0; file * per_file_ < specs_; ++file) write_file(file, "8h");
  for (const auto& entry : fs::recursive_directory_iterator(root_)) {
    if (entry.is_regular_file()) bytes_ += entry.file_size();
  }
}

SpecTree::~SpecTree() {
  fs::remove_all(root_);
}

void SpecTree::change_one() {
  changed_ = !changed_;
  write_file(0, changed_ ? "9h" : "8h");
}

void SpecTree::change_all() {
  changed_ = !changed_;
  for (std::size_t file = 0; file * per_file_ < specs_; ++file) write_file(file, changed_ ? "9h" : "8h");
}

void SpecTree::write_defaults(std::size_t documents) {
  changed_ = !changed_;
  std::ofstream file(root_ / "defaults.yaml");
  for (std::size_t i = 0; i < documents; ++i) {
    file << fmt::format(
        "---\napiVersion: coder-reconciler/v1\nkind: WorkspaceDefaults\nmetadata: {{name: d{}}}\nspec:\n", i);
    if (i > 0) file << fmt::format("  selector: team in (team-{},none)\n", i);
    file << fmt::format("  values: {{parameters: {{region: r{}}}, organization: {}}}\n", i,
                        changed_ ? "coder" : "other");
  }
}

void SpecTree::write_policy() {
  changed_ = !changed_;
  std::ofstream(root_ / "defaults.yaml") << fmt::format(
      "apiVersion: coder-reconciler/v1\nkind: WorkspaceDefaults\nmetadata: {{name: policy}}\nspec: {{values: "
      "{{reconcilePolicy: {{recreate: {}}}}}}}\n",
      changed_ ? "always" : "never");
}

void SpecTree::write_set() {
  std::ofstream(root_ / "set.yaml")
      << "apiVersion: coder-reconciler/v1\nkind: WorkspaceSet\nmetadata: {name: everybody, labels: {team: "
         "team-3}}\nspec:\n  owners: {organization: coder}\n  spreadAutostart: 30m\n  template:\n    "
         "metadata: "
         "{name: dev}\n    spec:\n      template: fleet\n      autostart: CRON_TZ=Europe/Berlin 0 8 * * 1-5\n"
         "      ttl: 8h\n      automaticUpdates: always\n";
}

void SpecTree::write_file(std::size_t file, std::string_view first_ttl) {
  const fs::path folder = root_ / fmt::format("team-{}", file / 100);
  fs::create_directories(folder);
  std::string text;
  const std::size_t first = file * per_file_;
  for (std::size_t i = first; i < std::min(first + per_file_, specs_); ++i) {
    if (i > first) text += "---\n";
    text += spec_text(i, i == first ? first_ttl : "8h");
  }
  std::ofstream(folder / fmt::format("workspaces-{}.yaml", file)) << text;
}

}  // namespace cr::bench
