#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace cr::testing {

/// A directory of its own for one test, removed with everything in it.
class TempTree {
 public:
  TempTree();
  ~TempTree();
  TempTree(const TempTree&) = delete;
  TempTree& operator=(const TempTree&) = delete;

  [[nodiscard]] std::string path(std::string_view relative = "") const;
  /// Writes a file and the directories above it.
  void write(std::string_view relative, std::string_view text) const;
  void directory(std::string_view relative) const;
  void link(std::string_view relative, const std::string& target) const;
  /// Points a link elsewhere in one step, as git-sync and the kubelet do.
  void swap_link(std::string_view relative, const std::string& target) const;
  void remove(std::string_view relative) const;

 private:
  std::filesystem::path root_;
};

}  // namespace cr::testing
