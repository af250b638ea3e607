#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace cr::specs {

/// One file, or stream, as it was read.
struct SourceFile {
  enum class Role : std::uint8_t {
    declared,  ///< below one of the paths
    above,     ///< in a directory above one: only its defaults count
    input,     ///< standard input or another stream: a directory of its own
  };
  std::string path;    ///< as diagnostics show it
  std::string text{};  ///< empty where it could not be read, or is too large to be
  Role role = Role::declared;
  std::vector<std::string> also_at{};  ///< other paths that lead to it: its defaults count there too
  int error = 0;                       ///< why it could not be read, as errno
  std::uint64_t bytes = 0;             ///< of one that is too large: how many it has
  bool operator==(const SourceFile&) const = default;
};

/// Something with a spec file's name that is none, or leads nowhere.
struct SourceGap {
  std::string path;
  std::string message;
  std::string remedy{};
  bool above = false;
  bool may_hold_specs = true;
  bool operator==(const SourceGap&) const = default;
};

/// All that a load reads of its paths: whoever has it can load the same without them, on another machine as
/// well.
struct SourceTexts {
  std::vector<SourceFile> files{};  ///< of each path once
  std::vector<SourceGap> gaps{};
  /// A directory and the one above it, where their paths do not tell.
  std::vector<std::pair<std::string, std::string>> nested{};
  std::string revision{};
  bool operator==(const SourceTexts&) const = default;
};

}  // namespace cr::specs
