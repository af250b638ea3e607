#pragma once

#include <sys/stat.h>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace cr::specs {

/// What tells, without reading it, that a file or directory is as it was.
struct FileSignature {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;  ///< since 1970
  std::int64_t changed_ns = 0;   ///< of the inode: moves even where somebody sets the other one back
  bool operator==(const FileSignature&) const = default;
};
[[nodiscard]] FileSignature signature_of(const struct stat& status);

/// What one file has by whatever path it is reached.
using Inode = std::pair<std::uint64_t, std::uint64_t>;
[[nodiscard]] inline Inode inode_of(const FileSignature& signature) {
  return {signature.device, signature.inode};
}

/// A regular file's bytes. Never blocks on a FIFO or device, follows no link in the last part of the path.
struct FileBytes {
  enum class Outcome {
    read,
    gone,        ///< no such file, or it changed while it was read
    not_a_file,  ///< a FIFO, socket, device or directory
    too_large,   ///< more than `limit` bytes; `signature` says how many
    failed       ///< `error` says why
  };
  Outcome outcome = Outcome::failed;
  int error = 0;  ///< errno
  FileSignature signature;
  std::string bytes;
};
[[nodiscard]] FileBytes read_regular_file(const std::string& path, std::size_t limit);

/// A regular file of which parts are read, opened as read_regular_file does. It may change meanwhile.
class RegularFile {
 public:
  /// Nothing where there is none, or it may not be read.
  [[nodiscard]] static std::optional<RegularFile> open(const std::string& path);
  ~RegularFile();
  RegularFile(RegularFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  RegularFile& operator=(RegularFile&&) = delete;

  /// `length` bytes from `offset` on; fewer where it ends or cannot be read further.
  [[nodiscard]] std::string read(std::uint64_t offset, std::size_t length) const;

 private:
  explicit RegularFile(int fd) : fd_(fd) {}

  int fd_;
};

}  // namespace cr::specs
