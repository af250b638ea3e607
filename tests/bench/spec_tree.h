#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace cr::bench {

/// The text of one spec as a team would write it. Workspace `index` belongs to user `index / 10`, names as
/// the stand-in's fleet has them (`user-0`, `ws-0`, …).
[[nodiscard]] std::string spec_text(std::size_t index, std::string_view ttl = "8h");

/// A directory of specs below the system's temporary one, removed at the end.
class SpecTree {
 public:
  /// `specs` documents, `per_file` of them in a file.
  SpecTree(std::size_t specs, std::size_t per_file);
  ~SpecTree();
  SpecTree(const SpecTree&) = delete;
  SpecTree& operator=(const SpecTree&) = delete;

  [[nodiscard]] std::string path() const { return root_.string(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  /// Writes the first file anew, with another TTL for its first workspace than the last time.
  void change_one();
  /// The same for every file.
  void change_all();
  /// Writes so many documents of defaults into the tree's root: the first for all, the others by label. What
  /// they give no spec names. Each time with another value than the last.
  void write_defaults(std::size_t documents);
  /// Writes one document of defaults that changes every spec and nothing about any workspace.
  void write_policy();
  /// Writes a set for everybody of an organization.
  void write_set();

 private:
  void write_file(std::size_t file, std::string_view first_ttl);

  std::filesystem::path root_;
  std::size_t specs_;
  std::size_t per_file_;
  std::size_t bytes_ = 0;
  bool changed_ = false;
};

}  // namespace cr::bench
