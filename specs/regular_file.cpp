#include "specs/regular_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <limits>

namespace cr::specs {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

int open_for_reading(const std::string& path) {
  return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
}

std::int64_t nanoseconds(const timespec& t) {
  return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

}  // namespace

FileSignature signature_of(const struct stat& status) {
  return {status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size),
          nanoseconds(status.st_mtim), nanoseconds(status.st_ctim)};
}

FileBytes read_regular_file(const std::string& path, std::size_t limit) {
  using Outcome = FileBytes::Outcome;
  FileBytes file;
  const auto fail = [&](int error) {
    file.outcome = error == ENOENT || error == ENOTDIR || error == ESTALE ? Outcome::gone : Outcome::failed;
    if (error == ELOOP) file.outcome = Outcome::gone;  // was no link when the path was resolved
    file.error = error;
    file.bytes.clear();
    return file;
  };

  const Descriptor descriptor(open_for_reading(path));
  if (descriptor.get() < 0) return fail(errno);
  struct stat status {};
  if (::fstat(descriptor.get(), &status) != 0) return fail(errno);
  file.signature = signature_of(status);
  if (!S_ISREG(status.st_mode)) {
    file.outcome = Outcome::not_a_file;
    return file;
  }
  if (file.signature.size > limit) {
    file.outcome = Outcome::too_large;
    return file;
  }

  file.bytes.resize(file.signature.size);
  std::size_t filled = 0;
  while (filled < file.bytes.size()) {
    const ssize_t n = ::read(descriptor.get(), file.bytes.data() + filled, file.bytes.size() - filled);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(errno);
    if (n == 0) break;
    filled += static_cast<std::size_t>(n);
  }
  struct stat after {};
  if (::fstat(descriptor.get(), &after) != 0) return fail(errno);
  if (filled != file.bytes.size() || signature_of(after) != file.signature) return fail(ENOENT);
  file.outcome = Outcome::read;
  return file;
}

std::optional<RegularFile> RegularFile::open(const std::string& path) {
  Descriptor descriptor(open_for_reading(path));
  struct stat status {};
  if (descriptor.get() < 0 || ::fstat(descriptor.get(), &status) != 0 || !S_ISREG(status.st_mode))
    return std::nullopt;
  return RegularFile(descriptor.release());
}

RegularFile::~RegularFile() {
  if (fd_ >= 0) ::close(fd_);
}

std::string RegularFile::read(std::uint64_t offset, std::size_t length) const {
  if (offset > static_cast<std::uint64_t>(std::numeric_limits<off_t>::max()) - length) return {};
  std::string bytes(length, '\0');
  std::size_t filled = 0;
  while (filled < length) {
    const ssize_t n =
        ::pread(fd_, bytes.data() + filled, length - filled, static_cast<off_t>(offset + filled));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    filled += static_cast<std::size_t>(n);
  }
  bytes.resize(filled);
  return bytes;
}

}  // namespace cr::specs
