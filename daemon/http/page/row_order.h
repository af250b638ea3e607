#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reconcile/report/report.h"

namespace cr::daemon {

/// What rows are sorted by. Those that are equal in it come by owner and name, whatever the direction.
enum class RowKey : std::uint8_t {
  need,          ///< what waits for a person first
  name,          ///< of the workspace, without its owner
  owner,         ///< then the name
  template_ref,  ///< as specs name it
  reason,        ///< in the alphabet
  next,          ///< the next start, stop or deletion; those without any come last in either direction
  newest,        ///< what changed last first
};

struct RowOrder {
  RowKey by = RowKey::need;
  bool reversed = false;
  bool operator==(const RowOrder&) const = default;
};
/// Each with its own word and none twice: "name", "-name", "newest", "oldest".
[[nodiscard]] std::span<const RowOrder> all_row_orders();
[[nodiscard]] std::string to_string(RowOrder order);
[[nodiscard]] std::optional<RowOrder> parse_row_order(std::string_view text);

/// The first thing that is foreseen for the workspace: a start, a stop or its deletion.
[[nodiscard]] reconcile::Instant next_event(const reconcile::WorkspaceStatus& row);

/// Puts rows that are in the report's order (by owner and name) into another one. Only the first `most` are
/// asked for.
void arrange(std::vector<const reconcile::WorkspaceStatus*>& rows, RowOrder order, std::size_t most);

}  // namespace cr::daemon
