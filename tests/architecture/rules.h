#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/architecture/source_tree.h"

namespace cr::testing {

/// Files below `folder` may include, of our own, only what begins with one of `allowed`. The longest folder
/// that fits a file is the one that counts.
struct LayerRule {
  std::string_view folder;
  std::vector<std::string_view> allowed;
};

/// Only files that begin with one of `users` may include what begins with `header`.
struct LibraryRule {
  std::string_view header;
  std::vector<std::string_view> users;
};

/// Files that begin with `prefix`, but not with one of `except`, touch nothing but their arguments.
struct PureRule {
  std::string_view prefix;
  std::vector<std::string_view> except;
};

/// Each offence is one line, "file:line: what, and what is allowed". An included path is our own if it begins
/// with the name of one of our folders.
[[nodiscard]] std::vector<std::string> check_layers(const std::vector<SourceFile>& files,
                                                    const std::vector<LayerRule>& rules);
[[nodiscard]] std::vector<std::string> check_libraries(const std::vector<SourceFile>& files,
                                                       const std::vector<LibraryRule>& rules);
/// Pure files include no header of the file system, sockets, streams to the outside, threads or random
/// numbers, and neither read a clock nor the environment.
[[nodiscard]] std::vector<std::string> check_purity(const std::vector<SourceFile>& files,
                                                    const std::vector<PureRule>& rules);
/// Nothing below `folders` says the name of a flag, of an environment variable that sets something, or of an
/// endpoint of the daemon: those are given to it.
[[nodiscard]] std::vector<std::string> check_words(const std::vector<SourceFile>& files,
                                                   const std::vector<std::string_view>& folders);
/// Only `readers` may call now() of a chrono clock.
[[nodiscard]] std::vector<std::string> check_clocks(const std::vector<SourceFile>& files,
                                                    const std::vector<std::string_view>& readers);

}  // namespace cr::testing
