#include "daemon/export/write_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "specs/parse.h"
#include "specs/regular_file.h"

namespace cr::daemon {
namespace {

std::string because(std::string_view what, const std::string& path, int error) {
  return fmt::format("{} {}: {}", what, path, std::strerror(error));
}

int write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

/// A text below a hidden name, which no loader looks at; removed unless it gets its own.
class Draft {
 public:
  explicit Draft(const FileToWrite& file) : file_(file) {
    const std::filesystem::path path(file.path);
    draft_ = path.parent_path() / fmt::format(".{}.{}", path.filename().string(), ::getpid());
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  Draft(Draft&& other) noexcept : file_(other.file_), draft_(std::exchange(other.draft_, {})) {}
  Draft& operator=(Draft&&) = delete;
  ~Draft() {
    if (!draft_.empty()) ::unlink(draft_.c_str());
  }

  /// Empty: it is complete.
  [[nodiscard]] std::string write() const {
    ::unlink(draft_.c_str());  // of a process of this number that was killed
    // Until it has the mode of what it replaces, nobody else reads it.
    const mode_t mode = file_.replaces ? 0600 : 0666;
    const int descriptor = ::open(draft_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    if (descriptor < 0) return because("cannot create", file_.path, errno);
    int error = write_all(descriptor, file_.text);
    struct stat now {};
    if (error == 0 && file_.replaces && ::stat(file_.path.c_str(), &now) == 0 &&
        ::fchmod(descriptor, now.st_mode & 07777) != 0)
      error = errno;
    if (error == 0 && ::fsync(descriptor) != 0) error = errno;
    // Some file systems tell only then that they are full.
    if (::close(descriptor) != 0 && error == 0) error = errno;
    return error == 0 ? std::string() : because("cannot write", file_.path, error);
  }

  /// Empty: it is in its place.
  [[nodiscard]] std::string publish() {
    if (file_.replaces) {
      const specs::FileBytes now = specs::read_regular_file(file_.path, specs::ParseLimits{}.bytes);
      if (now.outcome != specs::FileBytes::Outcome::read || now.bytes != *file_.replaces)
        return file_.path + " has changed meanwhile";
      if (::rename(draft_.c_str(), file_.path.c_str()) != 0)
        return because("cannot replace", file_.path, errno);
    } else {
      if (const int error = move_to_free_name(); error != 0)
        return because("cannot create", file_.path, error);
    }
    draft_.clear();
    return {};
  }

 private:
  /// Overwrites nothing that has come meanwhile.
  [[nodiscard]] int move_to_free_name() const {
    const char* to = file_.path.c_str();
    if (::renameat2(AT_FDCWD, draft_.c_str(), AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
    const bool unknown = errno == EINVAL || errno == ENOSYS;  // to the file system, to the kernel
    if (!unknown || ::link(draft_.c_str(), to) != 0) return errno;
    ::unlink(draft_.c_str());
    return 0;
  }

  const FileToWrite& file_;
  std::string draft_;
};

}  // namespace

std::optional<WriteFailure> write_files(std::span<const FileToWrite> files) {
  std::vector<Draft> drafts;
  drafts.reserve(files.size());
  for (const FileToWrite& file : files) {
    drafts.emplace_back(file);
    if (std::string problem = drafts.back().write(); !problem.empty())
      return WriteFailure{std::move(problem), {}};
  }
  std::vector<std::string> written;
  written.reserve(files.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (std::string problem = drafts[i].publish(); !problem.empty())
      return WriteFailure{std::move(problem), std::move(written)};
    written.push_back(files[i].path);
  }
  return std::nullopt;
}

std::optional<std::string> place_below(const std::string& directory, const std::string& path) {
  std::error_code error;
  const std::filesystem::path root = std::filesystem::canonical(directory, error);
  if (error) return std::nullopt;
  const std::filesystem::path real = std::filesystem::canonical(path, error);
  if (error || !std::filesystem::is_regular_file(real, error)) return std::nullopt;
  const std::string relative = real.lexically_relative(root).string();
  if (relative.empty() || relative == ".." || relative.starts_with("../")) return std::nullopt;
  return real.string();
}

}  // namespace cr::daemon
