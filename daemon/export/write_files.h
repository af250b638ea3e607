#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cr::daemon {

/// A file as it is to be.
struct FileToWrite {
  std::string path;
  std::string text;
  /// What it has now; absent: there is none yet, and what has come meanwhile is not overwritten.
  std::optional<std::string> replaces;
};

/// Why files were not written.
struct WriteFailure {
  std::string message;               ///< names the file
  std::vector<std::string> written;  ///< those that were, before it
};

/// Writes all of them, or as few as can be: each is complete below another, hidden name before the first one
/// gets its own. One that exists keeps its mode, and is left alone where it no longer has the text that it
/// had. Their directories exist.
[[nodiscard]] std::optional<WriteFailure> write_files(std::span<const FileToWrite> files);

/// Where a file really is, if that is below the directory, and a regular file; nothing where a link leads
/// out.
[[nodiscard]] std::optional<std::string> place_below(const std::string& directory, const std::string& path);

}  // namespace cr::daemon
