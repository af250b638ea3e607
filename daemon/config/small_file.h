#pragma once

#include <cstddef>
#include <string>

namespace cr::daemon {

struct SmallFile {
  std::string text;
  std::string problem;  ///< in words, with the path; empty: it was read
};

/// A file that people write by hand, such as one with a secret; one of more than `most` bytes is none.
/// Blocks.
[[nodiscard]] SmallFile read_small_file(const std::string& path, std::size_t most);

}  // namespace cr::daemon
