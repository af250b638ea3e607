#include "metrics/replace_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

namespace cr::metrics {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const { return number_; }
  /// Whether closing went well, too: some file systems report only then that they are full.
  [[nodiscard]] bool close() { return ::close(std::exchange(number_, -1)) == 0; }

 private:
  int number_;
};

/// Removes the file, unless it has been renamed.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string path) : path_(std::move(path)) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  void keep() { path_.clear(); }

 private:
  std::string path_;
};

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::string because(std::string_view what) {
  return fmt::format("{}: {}", what, std::strerror(errno));
}

/// /dev/stdout, /dev/fd/3 and the like.
bool is_a_descriptor(const std::filesystem::path& path) {
  std::error_code failed;
  const std::string target = std::filesystem::read_symlink(path, failed).string();
  if (failed) return false;
  return target.starts_with("/proc/") ||
         std::filesystem::canonical(path.parent_path(), failed).string().starts_with("/proc/");
}

/// Whose place in the directory is not ours to take.
bool is_a_sink(const std::string& path) {
  std::error_code none;
  const std::filesystem::file_type type = std::filesystem::status(path, none).type();
  return type == std::filesystem::file_type::character || type == std::filesystem::file_type::fifo ||
         is_a_descriptor(path);
}

std::string write_to(const std::string& path, std::string_view text) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (file.get() >= 0 && write_all(file.get(), text) && file.close()) return {};
  return because(fmt::format("cannot write to {}", path));
}

}  // namespace

std::string replace_file(const std::string& path, std::string_view text) {
  if (is_a_sink(path)) return write_to(path, text);
  const std::filesystem::path target(path);
  const std::string folder = target.has_parent_path() ? target.parent_path().string() : ".";
  std::string pattern = fmt::format("{}/.{}.XXXXXX", folder, target.filename().string());
  Descriptor file(::mkostemp(pattern.data(), O_CLOEXEC));
  if (file.get() < 0) return because(fmt::format("cannot write to {}", folder));
  TemporaryFile temporary(pattern);
  if (!write_all(file.get(), text) || ::fchmod(file.get(), 0644) != 0 || ::fsync(file.get()) != 0 ||
      !file.close()) {
    return because(fmt::format("cannot write {}", pattern));
  }
  if (::rename(pattern.c_str(), path.c_str()) != 0) return because(fmt::format("cannot replace {}", path));
  temporary.keep();
  // Best effort: the file is whole with or without it, at worst the old one after a power failure.
  const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() >= 0) (void)::fsync(directory.get());
  return {};
}

}  // namespace cr::metrics
