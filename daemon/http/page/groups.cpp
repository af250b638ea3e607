#include <fmt/format.h>

#include <algorithm>

#include "daemon/http/page/sections.h"

namespace cr::daemon {
namespace {

constexpr std::size_t kMostGroups = 100;

std::string heading_of(const Grouping& grouping) {
  switch (grouping.by) {
    case GroupKey::reason:
      return "Reason";
    case GroupKey::template_ref:
      return "Template";
    case GroupKey::owner:
      return "Owner";
    case GroupKey::set:
      return "Set";
    case GroupKey::label:
      return grouping.label;
  }
  return "";
}

std::string name_of(const Group& group, const Grouping& grouping) {
  if (!group.name) return grouping.by == GroupKey::set ? "of no set" : "without the label";
  return group.name->empty() ? "(empty)" : std::string{*group.name};
}

/// "97 (48 %)"; one that is there is never 0 %, and a part never 100 %.
std::string share_in_words(std::size_t number, std::size_t all) {
  if (number == 0) return "0";
  if (number == all) return fmt::format("{} (100 %)", number);
  const std::size_t percent =
      std::min<std::size_t>(99, std::max<std::size_t>(1, (number * 100 + all / 2) / all));
  return fmt::format("{} ({} %)", number, percent);
}

void write_group(HtmlWriter& out, const PageQuery& query, const Group& group) {
  const std::size_t all = group.shares.all();
  const auto row = out.element("tr", {{"role", "row"}, {"tabindex", "-1"}});
  {
    const auto cell = out.element("th", {{"scope", "row"}, {"role", "rowheader"}});
    const std::string name = name_of(group, *query.group);
    if (const auto link = query.into_group(group)) {
      out.leaf("a", {{"class", "name"}, Attribute::href(*link)}, name);
    } else {
      out.leaf("span", {{"class", "name"}}, name);
    }
    write_shares(out, group.shares);
  }
  out.leaf("td", {{"role", "cell"}, {"data-label", "Workspaces"}}, std::to_string(all));
  for (const Share share : kShares) {
    const std::size_t number = group.shares.of(share);
    out.leaf(
        "td",
        {{"role", "cell"}, Attribute::if_so(number == 0, "class", "nothing"), {"data-label", name_of(share)}},
        share_in_words(number, all));
  }
}

}  // namespace

void write_groups(HtmlWriter& out, const PageQuery& query,
                  std::span<const reconcile::WorkspaceStatus* const> rows) {
  const Groups groups = group_rows(rows, *query.group, kMostGroups);
  {
    const auto table =
        out.element("table", {{"class", "rows groups"}, {"role", "table"}, {"aria-labelledby", "shown"}});
    {
      const auto head = out.element("thead", {{"role", "rowgroup"}});
      const auto line = out.element("tr", {{"role", "row"}});
      write_column(out, heading_of(*query.group));
      write_column(out, "Workspaces");
      for (const Share share : kShares) write_column(out, name_of(share));
    }
    const auto body = out.element("tbody", {{"role", "rowgroup"}});
    for (const Group& group : groups.shown) write_group(out, query, group);
  }
  if (groups.more > 0)
    out.leaf(
        "p", {{"class", "more"}},
        fmt::format("And {} with {}; filters find them.", number_of(groups.more, "more group", "more groups"),
                    number_of(groups.in_more, "workspace", "workspaces")));
}

}  // namespace cr::daemon
