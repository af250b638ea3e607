#include "daemon/http/page/page_query.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "specs/text/number.h"

namespace cr::daemon {
namespace {

using Pairs = std::vector<std::pair<std::string_view, std::string>>;

std::optional<std::size_t> number_from_1(std::string_view text, std::size_t most) {
  const auto number = text::parse_number<std::size_t>(text);
  return number && *number > 0 && *number <= most ? number : std::nullopt;
}

/// In the order in which people read them.
constexpr std::string_view kFilters[] = {"q",     "state",    "reason", "remark",
                                         "owner", "template", "set",    "label"};

Pairs parameters_of(const PageQuery& query) {
  Pairs pairs;
  for (const std::string_view key : kFilters) pairs.emplace_back(key, query.typed(key));
  pairs.emplace_back("group", query.group ? to_string(*query.group) : "");
  pairs.emplace_back("order", query.order == RowOrder{} ? "" : to_string(query.order));
  pairs.emplace_back("rows", query.rows == RowDetail::compact ? "compact" : "");
  pairs.emplace_back("per_page", query.per_page == PageQuery::kPerPage ? "" : std::to_string(query.per_page));
  return pairs;
}

std::string list_of_orders() {
  std::string list;
  for (const RowOrder order : all_row_orders()) list += (list.empty() ? "" : ", ") + to_string(order);
  return list;
}

}  // namespace

std::string_view PageQuery::typed(std::string_view key) const {
  const auto found = given.find(key);
  return found == given.end() ? std::string_view{} : found->second;
}

Link PageQuery::with(std::string_view key, std::string_view value) const {
  Pairs pairs = parameters_of(*this);
  for (auto& [name, old] : pairs) {
    if (name == key) old = value;
  }
  return Link::here(pairs);
}

Link PageQuery::on_page(std::size_t number) const {
  Pairs pairs = parameters_of(*this);
  if (number > 1) pairs.emplace_back("page", std::to_string(number));
  return Link::here(pairs);
}

Link PageQuery::without_filters() const {
  PageQuery all = *this;
  all.given.clear();
  return Link::here(parameters_of(all));
}

Link PageQuery::ordered(RowOrder other) const {
  PageQuery view = *this;
  view.order = other;
  return view.on_page(1);
}

Link PageQuery::with_rows(RowDetail detail) const {
  PageQuery view = *this;
  view.rows = detail;
  return view.on_page(page);
}

Link PageQuery::grouped(const std::optional<Grouping>& by) const {
  PageQuery view = *this;
  view.group = by;
  return view.on_page(1);
}

std::optional<Link> PageQuery::into_group(const Group& one) const {
  if (!group) return std::nullopt;
  PageQuery rows_of = *this;
  rows_of.group.reset();
  if (group->by == GroupKey::label) {
    const std::string before = typed("label").empty() ? "" : std::string{typed("label")} + ',';
    return rows_of.with("label", one.name ? fmt::format("{}{}={}", before, group->label, *one.name)
                                          : fmt::format("{}!{}", before, group->label));
  }
  if (!one.name) return std::nullopt;
  return rows_of.with(to_string(*group), *one.name);
}

PageQuery parse_page_query(const QueryParameters& parameters) {
  PageQuery query;
  ParsedFilter parsed = parse_filter(parameters);
  query.filter = std::move(parsed.filter);
  query.problems = std::move(parsed.problems);
  for (const auto& [key, value] : parameters) {
    if (value.empty()) continue;
    if (is_filter(key)) {
      query.given.emplace(key, value);
    } else if (key == "order") {
      const auto order = parse_row_order(value);
      if (order) query.order = *order;
      if (!order)
        query.problems.push_back(fmt::format("unknown order \"{}\"; available: {}", value, list_of_orders()));
    } else if (key == "group") {
      query.group = parse_grouping(value);
      if (!query.group)
        query.problems.push_back(
            fmt::format("unknown group \"{}\"; available: reason, template, owner, set, label:KEY", value));
    } else if (key == "rows") {
      if (value == "compact") query.rows = RowDetail::compact;
      if (value != "compact" && value != "full")
        query.problems.push_back(fmt::format("unknown rows \"{}\"; available: full, compact", value));
    } else if (key == "page") {
      const auto number = number_from_1(value, 1'000'000);
      query.page = number.value_or(1);
      if (!number) query.problems.push_back("page must be a number from 1 up");
    } else if (key == "per_page") {
      const auto number = number_from_1(value, PageQuery::kMostPerPage);
      query.per_page = number.value_or(PageQuery::kPerPage);
      if (!number)
        query.problems.push_back(
            fmt::format("per_page must be a number from 1 to {}", PageQuery::kMostPerPage));
    } else {
      query.problems.push_back(
          fmt::format("unknown parameter \"{}\"; available: {}, group, order, rows, page, per_page", key,
                      fmt::join(kFilters, ", ")));
    }
  }
  return query;
}

}  // namespace cr::daemon
