#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace cr::specs {

/// How Coder compares the names of users, workspaces, organizations and templates:
/// `text::lower(a) <=> text::lower(b)`.
[[nodiscard]] std::strong_ordering compare_lower(std::string_view a, std::string_view b);

/// Why a name is refused, in words that complete `"x" …`; empty if Coder takes it. All of them are pure and
/// offline: a good name may still name nothing.
///
/// Names of workspaces, templates and organizations: 1–32 letters and digits, single hyphens between them,
/// and neither `new` nor `create` (they are pages of Coder's user interface).
[[nodiscard]] std::string name_problem(std::string_view name);

/// Usernames follow the same rule; `me` is refused too, since the API reads it as "whoever the token belongs
/// to".
[[nodiscard]] std::string username_problem(std::string_view name);

/// The same for the id of an owner: that of the user to whom prebuilt workspaces belong is refused, as its
/// name `prebuilds` is.
[[nodiscard]] std::string owner_id_problem(std::string_view uuid);

/// Versions of templates: 1–64 letters and digits, single `_`, `.` or `-` between them.
[[nodiscard]] std::string version_name_problem(std::string_view name);

/// Keys of labels and annotations, as Kubernetes has them: an optional DNS prefix and `/`, then 1–63 letters,
/// digits,
/// `-`, `_` and `.`, beginning and ending with a letter or digit.
[[nodiscard]] std::string qualified_key_problem(std::string_view key);

/// Values of labels, as Kubernetes has them: empty, or like the last part of a key.
[[nodiscard]] std::string label_value_problem(std::string_view value);

}  // namespace cr::specs
