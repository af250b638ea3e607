#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace cr::testing {

/// A folder that lives as long as the test that made it.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  [[nodiscard]] std::string path(std::string_view relative = {}) const;
  /// Writes a file and the folders above it; its path.
  std::string write(std::string_view relative, std::string_view text) const;
  void make_folder(std::string_view relative) const;
  /// Makes the link, or points it elsewhere in one step, as git-sync and Kubernetes do.
  void point_link(std::string_view relative, const std::string& target) const;

 private:
  std::filesystem::path root_;
};

}  // namespace cr::testing
