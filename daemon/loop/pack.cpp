#include "daemon/loop/pack.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>

#include "specs/regular_file.h"

namespace cr::daemon {
namespace {

constexpr int kMostNames = 1000;  // a pack has up to five
constexpr std::size_t kHeader = 8;
constexpr std::size_t kFanOut = 256;
constexpr std::size_t kWord = 4;

/// As many bytes as there are, most significant first.
std::uint64_t number_of(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes) number = number << 8U | static_cast<unsigned char>(byte);
  return number;
}

std::optional<std::string> bytes_of(std::string_view hex) {
  std::string bytes;
  for (; hex.size() >= 2; hex.remove_prefix(2)) {
    unsigned char byte = 0;
    const auto [end, error] = std::from_chars(hex.data(), hex.data() + 2, byte, 16);
    if (error != std::errc{} || end != hex.data() + 2) return std::nullopt;
    bytes += static_cast<char>(byte);
  }
  return hex.empty() && !bytes.empty() ? std::optional(std::move(bytes)) : std::nullopt;
}

/// Where a pack has an object.
class Index {
 public:
  Index(const specs::RegularFile& file, std::size_t name_size) : file_(file), name_size_(name_size) {}

  [[nodiscard]] std::optional<std::uint64_t> offset_of(std::string_view name) const {
    if (file_.read(0, kHeader) != std::string_view("\377tOc\0\0\0\2", kHeader)) return std::nullopt;
    const auto first = static_cast<unsigned char>(name.front());
    const auto count = names_up_to(kFanOut - 1);
    auto low = first == 0 ? std::optional<std::uint64_t>(0) : names_up_to(first - 1U);
    auto high = names_up_to(first);
    if (!count || !low || !high || *high > *count) return std::nullopt;
    while (*low < *high) {
      const std::uint64_t middle = *low + (*high - *low) / 2;
      const std::string there = file_.read(names() + middle * name_size_, name_size_);
      if (there.size() != name_size_) return std::nullopt;
      if (there == name) return offset_at(middle, *count);
      (there < name ? low : high) = there < name ? middle + 1 : middle;
    }
    return std::nullopt;
  }

 private:
  static constexpr std::uint64_t names() { return kHeader + kFanOut * kWord; }

  [[nodiscard]] std::optional<std::uint64_t> word(std::uint64_t at, std::size_t size = kWord) const {
    const std::string bytes = file_.read(at, size);
    return bytes.size() == size ? std::optional(number_of(bytes)) : std::nullopt;
  }
  /// How many begin with this byte or a lower one.
  [[nodiscard]] std::optional<std::uint64_t> names_up_to(std::size_t byte) const {
    return word(kHeader + byte * kWord);
  }
  [[nodiscard]] std::optional<std::uint64_t> offset_at(std::uint64_t place, std::uint64_t count) const {
    const std::uint64_t offsets = names() + count * (name_size_ + kWord);  // after names and checksums
    const auto offset = word(offsets + place * kWord);
    constexpr std::uint64_t kElsewhere = 0x8000'0000;
    if (!offset || (*offset & kElsewhere) == 0) return offset;
    return word(offsets + count * kWord + (*offset & ~kElsewhere) * 2 * kWord, 2 * kWord);
  }

  const specs::RegularFile& file_;
  std::size_t name_size_;
};

/// An object in a pack is its type and its size in groups of seven bits, then what it is.
std::optional<std::string> commit_at(const specs::RegularFile& pack, std::uint64_t offset,
                                     std::size_t limit) {
  constexpr std::size_t kLongestSize = 10;
  constexpr unsigned kMore = 0x80;
  constexpr unsigned kCommit = 1;
  std::string bytes = pack.read(offset, limit + kLongestSize);
  if (bytes.empty() || (static_cast<unsigned char>(bytes.front()) >> 4U & 7U) != kCommit) return std::nullopt;
  std::size_t size = 1;
  while (size < kLongestSize && size < bytes.size() &&
         (static_cast<unsigned char>(bytes[size - 1]) & kMore) != 0)
    ++size;
  bytes.erase(0, size);
  return bytes;
}

}  // namespace

std::optional<std::string> packed_commit(const std::string& folder, std::string_view id, std::size_t limit) {
  const auto name = bytes_of(id);
  if (!name) return std::nullopt;
  std::error_code error;
  int left = kMostNames;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (left-- == 0) break;
    if (entry->path().extension() != ".idx") continue;
    const auto index = specs::RegularFile::open(entry->path().string());
    const auto offset = index ? Index(*index, name->size()).offset_of(*name) : std::nullopt;
    if (!offset) continue;
    const auto pack =
        specs::RegularFile::open(std::filesystem::path(entry->path()).replace_extension(".pack").string());
    if (!pack) continue;
    if (auto commit = commit_at(*pack, *offset, limit)) return commit;
  }
  return std::nullopt;
}

}  // namespace cr::daemon
