#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/http/page/grouping.h"
#include "daemon/http/page/link.h"
#include "daemon/http/page/row_order.h"
#include "daemon/http/page/workspace_filter.h"

namespace cr::daemon {

/// How much of a workspace a row shows.
enum class RowDetail : std::uint8_t {
  full,
  compact,  ///< one line each
};

/// What the URL of the status page asks for. Such a URL can be shared: it shows the same view to others.
struct PageQuery {
  QueryParameters given;  ///< the filters as they were typed
  WorkspaceFilter filter;
  RowOrder order;
  RowDetail rows = RowDetail::full;
  std::optional<Grouping> group;  ///< groups are shown in place of rows
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
  [[nodiscard]] Link ordered(RowOrder other) const;
  [[nodiscard]] Link with_rows(RowDetail detail) const;
  [[nodiscard]] Link grouped(const std::optional<Grouping>& by) const;
  /// The rows of one of the groups, among those that the filters show. Nothing where no filter says that.
  [[nodiscard]] std::optional<Link> into_group(const Group& one) const;
};

/// Never fails: what makes no sense is left out and named in `problems`.
[[nodiscard]] PageQuery parse_page_query(const QueryParameters& parameters);

}  // namespace cr::daemon
