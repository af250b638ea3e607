#include "temp_tree.h"

#include <stdlib.h>

#include <fstream>
#include <stdexcept>

namespace cr::testing {

namespace fs = std::filesystem;

TempTree::TempTree() {
  std::string name = (fs::temp_directory_path() / "specs-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
  root_ = fs::canonical(name);
}

TempTree::~TempTree() {
  std::error_code ignored;
  fs::remove_all(root_, ignored);
}

std::string TempTree::path(std::string_view relative) const {
  return relative.empty() ? root_.string() : (root_ / relative).string();
}

void TempTree::write(std::string_view relative, std::string_view text) const {
  fs::create_directories((root_ / relative).parent_path());
  std::ofstream(root_ / relative, std::ios::binary) << text;
}

void TempTree::directory(std::string_view relative) const {
  fs::create_directories(root_ / relative);
}

void TempTree::link(std::string_view relative, const std::string& target) const {
  fs::create_directories((root_ / relative).parent_path());
  fs::create_symlink(target, root_ / relative);
}

void TempTree::swap_link(std::string_view relative, const std::string& target) const {
  const fs::path fresh = root_ / (std::string(relative) + ".new");
  fs::create_symlink(target, fresh);
  fs::rename(fresh, root_ / relative);
}

void TempTree::remove(std::string_view relative) const {
  fs::remove_all(root_ / relative);
}

}  // namespace cr::testing
