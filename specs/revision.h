#pragma once

#include <string>
#include <string_view>

namespace cr::specs {

/// Whether this could be a commit's full name: 40 (SHA-1) or 64 (SHA-256) hex digits in lower case.
[[nodiscard]] bool is_commit(std::string_view text);

/// Directory that belongs together with a path (absolute, without links): the checkout that it lies in, be it
/// an ordinary one or one of git-sync's, which are named after their commit. Else the path itself.
[[nodiscard]] std::string enclosing_checkout(const std::string& path);

/// Commit of the checkout that a path (absolute, without links) lies in: from the directory's name, as
/// git-sync gives it, or from HEAD (worktrees and packed refs too). Empty if there is none. Reads files,
/// never runs git.
[[nodiscard]] std::string find_revision(const std::string& path);

/// Where the objects of the repository are kept that a path (absolute, without links) lies in a checkout of.
/// Empty if there is none. Reads files, never runs git.
[[nodiscard]] std::string find_objects(const std::string& path);

}  // namespace cr::specs
