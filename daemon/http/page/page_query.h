#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/http/page/link.h"
#include "daemon/http/page/workspace_filter.h"

namespace cr::daemon {

/// What the URL of the status page asks for. Such a URL can be shared: it shows the same view to others.
struct PageQuery {
  QueryParameters given;  ///< the filters as they were typed
  WorkspaceFilter filter;
  RowOrder order = RowOrder::need;
  std::size_t page = 1;
  std::size_t per_page = kPerPage;
  /// What could not be read and does not count, in sentences.
  std::vector<std::string> problems;

  static constexpr std::size_t kPerPage = 50;
  static constexpr std::size_t kMostPerPage = 200;

  /// A filter as typed; empty: not set.
  [[nodiscard]] std::string_view typed(std::string_view key) const;
  [[nodiscard]] bool filters() const { return !filter.empty(); }

  // Links to other views. A view with another filter begins on its first page.
  [[nodiscard]] Link with(std::string_view key, std::string_view value) const;
  [[nodiscard]] Link on_page(std::size_t number) const;
  [[nodiscard]] Link without_filters() const;
};

/// Never fails: what makes no sense is left out and named in `problems`.
[[nodiscard]] PageQuery parse_page_query(const QueryParameters& parameters);

}  // namespace cr::daemon
