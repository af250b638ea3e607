#pragma once

#include <string>
#include <vector>

#include "reconcile/model/audit_row.h"

namespace cr::reconcile {

/// Who made a change, as far as the audit log tells.
struct Author {
  std::vector<std::string> users;  ///< usernames, sorted: none where nobody is known, several where rows of
                                   ///< several fit
  AuditTime at{};                  ///< of the last row that fits
  std::string client;              ///< as people call it: "dashboard"; empty where several fit
  [[nodiscard]] bool known() const { return !users.empty(); }
  [[nodiscard]] bool several() const { return users.size() > 1; }
  bool operator==(const Author&) const = default;
};
/// "alice (dashboard)", "alice or bob"; empty where nobody is known.
[[nodiscard]] std::string to_string(const Author& author);

}  // namespace cr::reconcile
