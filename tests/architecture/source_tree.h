#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cr::testing {

struct Include {
  std::string path;  ///< as written, e.g. "specs/wish.h" or "boost/asio/awaitable.hpp"
  std::size_t line = 0;
};

struct SourceFile {
  std::string path;  ///< from the root of the source, e.g. "specs/wish.h"
  std::vector<Include> includes;
  std::vector<std::string> lines;  ///< without comments and what is quoted: what is left is code
  std::vector<std::string> raw;    ///< as written
};

/// Reads one file's text. Comments and string literals are blanked first, so that naming a thing in prose is
/// not using it.
[[nodiscard]] SourceFile read_source(std::string path, std::string_view text);

/// All .h and .cpp files below these folders of `root`, sorted by path.
[[nodiscard]] std::vector<SourceFile> read_tree(const std::string& root,
                                                const std::vector<std::string>& folders);

}  // namespace cr::testing
