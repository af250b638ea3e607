#include "daemon/loop/pack.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "daemon/loop/commit.h"
#include "tests/unit/daemon/temp_folder.h"

namespace cr::daemon {
namespace {

/// A commit's body as a pack has it, deflated by zlib, and the name that Git gives it.
constexpr std::string_view kRevision = "6c8252f0c30e22f6a486398f2d70b8a149e2526f";
constexpr std::string_view kDeflated =
    "78da858ad10a82301846eff714ff7d206bce394124a89bc2abf005b6f9d98ce6642ee8f1935ea07375389c9c0092568b6a74"
    "4a0a67156c63b8e2a8a49df4a81aa1f56401d970c9cc3bfb98e86616d02582dae76e277c4c585f285c0c1d1d6b5597a2e4b2"
    "a203df617b0d73ce4874be52ebe63f3bbb9b7903650f1a869ee2f4d3cdc795324c60ac8fcb03a9605f4d443757";
constexpr std::size_t kBodySize = 186;
constexpr std::size_t kLimit = 4096;

std::string bytes_of(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string{hex.substr(i, 2)}, nullptr, 16));
  return bytes;
}

std::string big_endian(std::uint64_t number, int size) {
  std::string bytes;
  for (int i = size - 1; i >= 0; --i) bytes += static_cast<char>(number >> (8 * i) & 0xff);
  return bytes;
}

using Objects = std::vector<std::pair<std::string, std::uint64_t>>;  // names in hexadecimal, offsets

/// gitformat-pack(5): names up to each first byte, the names, their checksums, where they are; far ones
/// elsewhere.
std::string index_of(Objects objects) {
  std::sort(objects.begin(), objects.end());
  std::string index("\377tOc\0\0\0\2", 8);
  for (int byte = 0; byte < 256; ++byte) {
    index += big_endian(
        static_cast<std::uint64_t>(std::ranges::count_if(
            objects,
            [&](const auto& object) { return std::stoi(object.first.substr(0, 2), nullptr, 16) <= byte; })),
        4);
  }
  for (const auto& object : objects) index += bytes_of(object.first);
  for (const auto& object : objects) index += big_endian(object.second * 7, 4);
  std::string far;
  for (const auto& object : objects) {
    if (object.second < 0x8000'0000) {
      index += big_endian(object.second, 4);
    } else {
      index += big_endian(0x8000'0000 + far.size() / 8, 4);
      far += big_endian(object.second, 8);
    }
  }
  return index + far + std::string(40, 'c');
}

/// An object's head: its type, and its size in groups of seven bits, the first of four.
std::string head(unsigned type, std::size_t size) {
  std::string bytes;
  unsigned byte = type << 4 | (size & 15);
  for (size >>= 4; size != 0; size >>= 7) {
    bytes += static_cast<char>(byte | 0x80);
    byte = size & 127;
  }
  return bytes + static_cast<char>(byte);
}

std::string name_like(std::string_view start) {
  return std::string(start) + std::string(40 - start.size(), '7');
}

class Pack : public ::testing::Test {
 protected:
  /// A pack of that commit and of others before and behind it.
  void write_pack(const std::string& name, unsigned type = 1) {
    const std::string before = "PACK" + big_endian(2, 4) + big_endian(3, 4) + std::string(500, 'b');
    write(name + ".pack", before + head(type, kBodySize) + bytes_of(kDeflated) + std::string(700, 'a'));
    write(name + ".idx", index_of({{name_like("00"), 12},
                                   {name_like("ff"), 700},
                                   {name_like(kRevision.substr(0, 3)), 13},
                                   {std::string(kRevision), before.size()}}));
  }
  void write(const std::string& name, std::string_view bytes) {
    std::filesystem::create_directories(folder_.path() + "/pack");
    std::ofstream(folder_.path() + "/pack/" + name, std::ios::binary) << bytes;
  }
  [[nodiscard]] std::optional<std::string> found(std::string_view id = kRevision) const {
    return packed_commit(folder_.path() + "/pack", id, kLimit);
  }

  testing::TempFolder folder_;
};

TEST_F(Pack, ACommitOfAFreshCloneHasAnAuthorAndASubject) {
  write_pack("pack-1");
  EXPECT_EQ(read_commit(folder_.path(), kRevision),
            (CommitNote{"Jane Doe", "Raise the TTL of the shop team"}));
}

TEST_F(Pack, OneOfSeveralHasIt) {
  write("pack-0.idx", index_of({{name_like("aa"), 12}}));
  write("pack-2.idx", index_of({}));
  write("pack-3.idx", index_of({{std::string(kRevision), 12}}));  // its pack is gone
  write("tmp_pack_X", "half");
  write_pack("pack-1");
  EXPECT_TRUE(found());
  EXPECT_FALSE(found(name_like("aa"))) << "its pack is gone";
  EXPECT_FALSE(found(name_like("ab")));
  EXPECT_FALSE(found(name_like("01")));
}

TEST_F(Pack, WhatIsNoWholeCommitIsNone) {
  for (const unsigned type : {0U, 2U, 3U, 4U, 5U, 6U, 7U}) {
    write_pack("pack-1", type);
    EXPECT_FALSE(found()) << type;
  }
}

TEST_F(Pack, FarOffsetsAreReadFromTheirTable) {
  const std::uint64_t far = 0x1'0000'0020;
  write("pack-1.idx", index_of({{name_like("00"), 0x9000'0000}, {std::string(kRevision), far}}));
  const std::string pack = folder_.path() + "/pack/pack-1.pack";
  write("pack-1.pack", "PACK");
  std::filesystem::resize_file(pack, far);  // sparse: no disk is used
  std::ofstream(pack, std::ios::binary | std::ios::app) << head(1, kBodySize) << bytes_of(kDeflated);
  EXPECT_EQ(read_commit(folder_.path(), kRevision),
            (CommitNote{"Jane Doe", "Raise the TTL of the shop team"}));
}

TEST_F(Pack, WhateverAnIndexSaysItIsReadWithinBounds) {
  write_pack("pack-1");
  const std::string path = folder_.path() + "/pack/pack-1.idx";
  const std::string whole = index_of({{std::string(kRevision), 512}, {name_like("00"), 0x9000'0000}});
  for (std::size_t size = 0; size < whole.size() - 48; ++size) {
    write("pack-1.idx", whole.substr(0, size));
    EXPECT_FALSE(found()) << size;
  }
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string broken = whole;
    broken[i] = static_cast<char>(broken[i] ^ '\x81');
    write("pack-1.idx", broken);
    const auto commit = found();
    EXPECT_LE(commit ? commit->size() : 0, kLimit + 10);
  }
}

TEST_F(Pack, NamesAreHexadecimal) {
  write_pack("pack-1");
  for (const char* id : {"", "a", "../etc", "zz", "0"}) EXPECT_FALSE(found(id)) << id;
  EXPECT_FALSE(found(kRevision.substr(0, 20))) << "a name of another length is another name";
  EXPECT_FALSE(packed_commit("/nowhere", kRevision, kLimit));
}

}  // namespace
}  // namespace cr::daemon
