#include "tests/unit/daemon/temp_folder.h"

#include <stdlib.h>

#include <fstream>
#include <stdexcept>

namespace cr::testing {

namespace fs = std::filesystem;

TempFolder::TempFolder() {
  std::string pattern = (fs::temp_directory_path() / "cr-daemon-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  root_ = fs::canonical(pattern);
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  fs::remove_all(root_, ignored);
}

std::string TempFolder::path(std::string_view relative) const {
  return relative.empty() ? root_.string() : (root_ / relative).string();
}

std::string TempFolder::write(std::string_view relative, std::string_view text) const {
  const fs::path file = root_ / relative;
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
  return file.string();
}

void TempFolder::make_folder(std::string_view relative) const {
  fs::create_directories(root_ / relative);
}

void TempFolder::point_link(std::string_view relative, const std::string& target) const {
  const fs::path link = root_ / relative;
  const fs::path fresh = link.string() + ".new";
  fs::create_symlink(target, fresh);
  fs::rename(fresh, link);
}

}  // namespace cr::testing
