#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cr::daemon {

/// What people know a commit by. As its author wrote it, made fit for a line (text::shortened).
struct CommitNote {
  std::string author;   ///< the name, without the mail address
  std::string subject;  ///< the first line of the message
  bool operator==(const CommitNote&) const = default;
};

/// Out of a commit's object as Git stores it, inflated ("commit 245", NUL, header, empty line, message).
/// Nothing where it is none. Pure.
[[nodiscard]] std::optional<CommitNote> parse_commit(std::string_view object);

/// Reads it from the objects of the repository, without running git: from an object of its own, as a fetch of
/// fewer than a hundred objects leaves it, or from a pack, as a clone does. Nothing where it is in neither.
/// Blocks: reads little of few files.
[[nodiscard]] std::optional<CommitNote> read_commit(const std::string& objects, std::string_view revision);

}  // namespace cr::daemon
