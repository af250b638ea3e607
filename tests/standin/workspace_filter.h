#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tests/standin/api.h"

namespace cr::standin {

/// What `q` of the workspace list asks for. Owner and ids narrow the rows to be looked at; the rest is judged
/// row by row.
struct WorkspaceFilter {
  bool nothing = false;  ///< An owner that does not exist: no rows, no error.
  std::optional<std::string> owner_id;
  std::optional<std::vector<std::string>> ids;
  std::vector<std::function<bool(const Fleet::Row&)>> conditions;

  [[nodiscard]] bool accepts(const Fleet::Row& row) const;
};

/// Otherwise the 400 `Invalid workspace search query.`.
[[nodiscard]] std::variant<WorkspaceFilter, Reply> parse_workspace_filter(const Call& call,
                                                                          const std::string& query);

}  // namespace cr::standin
