#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/http/page/fleet.h"
#include "specs/selector.h"

namespace cr::daemon {

using QueryParameters = std::map<std::string, std::string, std::less<>>;

/// Which workspaces a page or a list shows. All that is set must hold.
struct WorkspaceFilter {
  /// In lower case. Each must be found in owner/name, template, reason, message, a label (key=value), the
  /// spec's file, the set that it is of, or the last error's text or request id, without regard to case.
  std::vector<std::string> words;
  std::optional<reconcile::Reason> reason;
  std::optional<reconcile::Remark> remark;  ///< among its remarks
  std::optional<Standing> standing;
  std::string owner;         ///< in lower case; empty: any
  std::string template_ref;  ///< as the spec names it, without regard to case; empty: any
  std::string set;           ///< the WorkspaceSet that it is of, likewise; empty: any or none
  specs::Selector labels;

  [[nodiscard]] bool shows(const reconcile::WorkspaceStatus& row) const;
  [[nodiscard]] bool empty() const { return *this == WorkspaceFilter{}; }
  bool operator==(const WorkspaceFilter&) const = default;
};

/// The parameters of a URL that are filters: q, reason, remark, state, owner, template, set, label.
[[nodiscard]] bool is_filter(std::string_view key);

/// A filter as URLs give it. What can't be read is left out and named by a sentence that says what is
/// allowed.
struct ParsedFilter {
  WorkspaceFilter filter;
  std::vector<std::string> problems;
};
[[nodiscard]] ParsedFilter parse_filter(const QueryParameters& query);

/// Those that the filter shows, in the report's order. Costs a look at every workspace.
[[nodiscard]] std::vector<const reconcile::WorkspaceStatus*> filter_rows(const reconcile::CycleReport& report,
                                                                         const WorkspaceFilter& filter);

}  // namespace cr::daemon
