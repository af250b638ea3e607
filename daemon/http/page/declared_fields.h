#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "reconcile/report/report.h"

namespace cr::daemon {

/// How a declared field compares with what Coder has.
enum class FieldMatch : std::uint8_t {
  same,      ///< reads as declared (a schedule: means the same)
  differs,   ///< a write could mend it
  at_birth,  ///< differs, but applies at creation only: shown, never written
  absent,    ///< the workspace does not exist
  unread,    ///< not compared in this cycle, so nothing is known
};

/// One line of "declared, live".
struct FieldLine {
  std::string_view name;  ///< as specs write it
  std::string declared;
  std::string live;  ///< where it differs
  FieldMatch match = FieldMatch::unread;
  std::string from{};  ///< "berlin/defaults.yaml:7", where the declared value is a default; else empty
  bool operator==(const FieldLine&) const = default;
};

/// Each field that the spec declares, in the order of the spec's format. Fields that it leaves open are
/// nobody's business and are not there. What the last cycle wrote shows as it was read before.
[[nodiscard]] std::vector<FieldLine> declared_fields(const reconcile::WorkspaceStatus& row);

}  // namespace cr::daemon
