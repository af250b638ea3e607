#include "daemon/http/page/row_order.h"

#include <algorithm>
#include <array>
#include <compare>
#include <utility>

#include "daemon/http/page/fleet.h"
#include "specs/desired_state.h"
#include "specs/name.h"

namespace cr::daemon {
namespace {

using reconcile::Instant;
using reconcile::WorkspaceStatus;
using Rows = std::vector<const WorkspaceStatus*>;

constexpr RowOrder kOrders[] = {
    {RowKey::need, false},         {RowKey::need, true},         {RowKey::name, false},
    {RowKey::name, true},          {RowKey::owner, false},       {RowKey::owner, true},
    {RowKey::template_ref, false}, {RowKey::template_ref, true}, {RowKey::reason, false},
    {RowKey::reason, true},        {RowKey::next, false},        {RowKey::next, true},
    {RowKey::newest, false},       {RowKey::newest, true}};

std::string_view to_string(RowKey key) {
  switch (key) {
    case RowKey::need:
      return "need";
    case RowKey::name:
      return "name";
    case RowKey::owner:
      return "owner";
    case RowKey::template_ref:
      return "template";
    case RowKey::reason:
      return "reason";
    case RowKey::next:
      return "next";
    case RowKey::newest:
      return "newest";
  }
  return "";
}

void pile_up(Rows& rows, bool reversed) {
  std::array<Rows, std::size(kStandings)> piles;
  for (const WorkspaceStatus* row : rows)
    piles[static_cast<std::size_t>(standing_of(row->ready.reason))].push_back(row);
  if (reversed) std::ranges::reverse(piles);
  rows.clear();
  for (const Rows& pile : piles) rows.insert(rows.end(), pile.begin(), pile.end());
}

/// By `compare`, and where that says "equal" as the report has them.
template <class Compare>
void sort_by(Rows& rows, std::size_t most, const Compare& compare) {
  const auto middle = rows.begin() + static_cast<std::ptrdiff_t>(std::min(most, rows.size()));
  std::partial_sort(rows.begin(), middle, rows.end(),
                    [&](const WorkspaceStatus* a, const WorkspaceStatus* b) {
                      const std::strong_ordering order = compare(*a, *b);
                      return order != 0 ? order < 0 : specs::compare_identities(*a->spec, *b->spec) < 0;
                    });
}

/// Those without any are no part of the order: they stay behind it.
std::strong_ordering compare_next(const WorkspaceStatus& a, const WorkspaceStatus& b, bool reversed) {
  const Instant left = next_event(a);
  const Instant right = next_event(b);
  if (!left || !right) return (left ? 0 : 1) <=> (right ? 0 : 1);
  return reversed ? right <=> left : left <=> right;
}

}  // namespace

std::span<const RowOrder> all_row_orders() {
  return kOrders;
}

std::string to_string(RowOrder order) {
  if (order == RowOrder{RowKey::newest, true}) return "oldest";
  return (order.reversed ? "-" : "") + std::string{to_string(order.by)};
}

std::optional<RowOrder> parse_row_order(std::string_view text) {
  for (const RowOrder order : kOrders) {
    if (to_string(order) == text) return order;
  }
  return std::nullopt;
}

Instant next_event(const WorkspaceStatus& row) {
  const auto& [start, stop, deletion] = row.forecast;
  Instant first;
  for (const Instant at : {start.next(), stop.at, deletion}) {
    if (at && (!first || at < first)) first = at;
  }
  return first;
}

void arrange(Rows& rows, RowOrder order, std::size_t most) {
  const bool reversed = order.reversed;
  const auto turned = [reversed](std::strong_ordering way) { return reversed ? 0 <=> way : way; };
  switch (order.by) {
    case RowKey::need:
      pile_up(rows, reversed);
      return;
    case RowKey::owner:
      if (!reversed) return;
      sort_by(rows, most, [&](const WorkspaceStatus& a, const WorkspaceStatus& b) {
        return specs::compare_lower(b.spec->owner, a.spec->owner);
      });
      return;
    case RowKey::name:
      sort_by(rows, most, [&](const WorkspaceStatus& a, const WorkspaceStatus& b) {
        return turned(specs::compare_lower(a.spec->name, b.spec->name));
      });
      return;
    case RowKey::template_ref:
      sort_by(rows, most, [&](const WorkspaceStatus& a, const WorkspaceStatus& b) {
        return turned(specs::compare_lower(a.spec->body->template_ref, b.spec->body->template_ref));
      });
      return;
    case RowKey::reason:
      sort_by(rows, most, [&](const WorkspaceStatus& a, const WorkspaceStatus& b) {
        return turned(reconcile::to_string(a.ready.reason) <=> reconcile::to_string(b.ready.reason));
      });
      return;
    case RowKey::next:
      sort_by(rows, most, [&](const WorkspaceStatus& a, const WorkspaceStatus& b) {
        return compare_next(a, b, reversed);
      });
      return;
    case RowKey::newest:
      sort_by(rows, most, [&](const WorkspaceStatus& a, const WorkspaceStatus& b) {
        return turned(b.ready.since <=> a.ready.since);
      });
      return;
  }
}

}  // namespace cr::daemon
