#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/http/page/shares.h"
#include "reconcile/report/report.h"

namespace cr::daemon {

enum class GroupKey : std::uint8_t { reason, template_ref, owner, set, label };

/// What workspaces are taken together by. Names without regard to case, values of labels with it.
struct Grouping {
  GroupKey by = GroupKey::reason;
  std::string label{};  ///< the key; empty unless it is by one
  bool operator==(const Grouping&) const = default;
};
/// As URLs name it: "reason", "label:team".
[[nodiscard]] std::string to_string(const Grouping& grouping);
[[nodiscard]] std::optional<Grouping> parse_grouping(std::string_view text);

/// Workspaces that have the same, and how they stand.
struct Group {
  /// A view into the report. Absent: those that are of no set, or do not have the label.
  std::optional<std::string_view> name;
  ShareCounts shares{};
};

struct Groups {
  std::vector<Group> shown;  ///< those in which most need somebody first, then the largest
  std::size_t more = 0;      ///< groups that are not shown
  std::size_t in_more = 0;   ///< workspaces in them
};

/// At most `most` groups. Costs a look at every row. Pure.
[[nodiscard]] Groups group_rows(std::span<const reconcile::WorkspaceStatus* const> rows,
                                const Grouping& grouping, std::size_t most);

}  // namespace cr::daemon
