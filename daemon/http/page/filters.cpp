#include <fmt/format.h>

#include <algorithm>

#include "daemon/http/page/alerts.h"
#include "daemon/http/page/sections.h"
#include "specs/text/ascii.h"

namespace cr::daemon {
namespace {

std::string_view name_of(Standing standing) {
  switch (standing) {
    case Standing::waits_for_person:
      return "Need action";
    case Standing::unknown:
      return "Unknown";
    case Standing::on_its_way:
      return "In progress";
    case Standing::suspended:
      return "Suspended";
    case Standing::in_sync:
      return "In sync";
  }
  return "";
}

void write_field(HtmlWriter& out, const PageQuery& query, std::string_view key, std::string_view label,
                 std::string_view type, std::string_view example) {
  const auto field = out.element("p", {{"class", fmt::format("field {}", key)}});
  const std::string id = fmt::format("f-{}", key);
  out.leaf("label", {{"for", id}}, label);
  out.single("input", {{"id", id},
                       {"name", key},
                       {"type", type},
                       {"value", query.typed(key)},
                       {"placeholder", example},
                       {"autocomplete", "off"},
                       {"autocapitalize", "none"},
                       {"spellcheck", "false"}});
}

void write_option(HtmlWriter& out, std::string_view value, std::string_view text, bool chosen) {
  out.leaf("option", {{"value", value}, {"selected", chosen}}, text);
}

/// A choice among a closed set: those that some workspace has, with how many.
template <class Value>
void write_choice(HtmlWriter& out, std::string_view key, std::string_view label, std::string_view any,
                  std::span<const Value> values, const std::vector<std::size_t>& counts,
                  const std::optional<Value>& chosen) {
  const auto field = out.element("p", {{"class", fmt::format("field {}", key)}});
  const std::string id = fmt::format("f-{}", key);
  out.leaf("label", {{"for", id}}, label);
  const auto select = out.element("select", {{"id", id}, {"name", key}});
  write_option(out, "", any, !chosen);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool this_one = chosen == values[i];
    const std::size_t number = i < counts.size() ? counts[i] : 0;
    if (number == 0 && !this_one) continue;
    const std::string_view name = to_string(values[i]);
    write_option(out, name, fmt::format("{} ({})", name, number), this_one);
  }
}

/// A choice among names that specs give, with how many workspaces have each; `chosen` in lower case.
void write_names(HtmlWriter& out, const PageQuery& query, std::string_view key, std::string_view label,
                 std::span<const std::pair<std::string_view, std::size_t>> names, const std::string& chosen) {
  const auto field = out.element("p", {{"class", fmt::format("field {}", key)}});
  const std::string id = fmt::format("f-{}", key);
  out.leaf("label", {{"for", id}}, label);
  const auto select = out.element("select", {{"id", id}, {"name", key}});
  write_option(out, "", "any", chosen.empty());
  bool listed = chosen.empty();
  for (const auto& [name, number] : names) {
    const bool this_one = !listed && text::lower(name) == chosen;
    listed = listed || this_one;
    write_option(out, name, fmt::format("{} ({})", name, number), this_one);
  }
  if (!listed) write_option(out, query.typed(key), query.typed(key), true);
}

std::string_view name_of(RowOrder order) {
  switch (order.by) {
    case RowKey::need:
      return order.reversed ? "in sync first" : "needs action first";
    case RowKey::name:
      return order.reversed ? "by name, from Z" : "by name";
    case RowKey::owner:
      return order.reversed ? "by owner, from Z" : "by owner";
    case RowKey::template_ref:
      return order.reversed ? "by template, from Z" : "by template";
    case RowKey::reason:
      return order.reversed ? "by reason, from Z" : "by reason";
    case RowKey::next:
      return order.reversed ? "by next event, last first" : "by next event";
    case RowKey::newest:
      return order.reversed ? "oldest first" : "newest first";
  }
  return "";
}

void write_orders(HtmlWriter& out, const PageQuery& query) {
  const auto field = out.element("p", {{"class", "field order"}});
  out.leaf("label", {{"for", "f-order"}}, "Order");
  const auto select = out.element("select", {{"id", "f-order"}, {"name", "order"}});
  for (const RowOrder order : all_row_orders())
    write_option(out, order == RowOrder{} ? "" : to_string(order), name_of(order), query.order == order);
}

void write_groupings(HtmlWriter& out, const PageQuery& query, const FleetCounts& counts) {
  const auto field = out.element("p", {{"class", "field group"}});
  out.leaf("label", {{"for", "f-group"}}, "Group");
  const auto select = out.element("select", {{"id", "f-group"}, {"name", "group"}});
  write_option(out, "", "no groups", !query.group);
  bool listed = !query.group;
  const auto add = [&](const Grouping& grouping, std::string_view text) {
    const bool this_one = query.group == grouping;
    listed = listed || this_one;
    write_option(out, to_string(grouping), text, this_one);
  };
  add({GroupKey::reason}, "by reason");
  add({GroupKey::template_ref}, "by template");
  add({GroupKey::owner}, "by owner");
  if (!counts.sets.empty()) add({GroupKey::set}, "by set");
  for (const auto& [key, number] : counts.label_keys)
    add({GroupKey::label, std::string{key}}, fmt::format("by label {}", key));
  if (!listed) add(*query.group, fmt::format("by {}", to_string(*query.group)));
}

/// Whether a filter is set that is hidden where the fold is closed.
bool fold_is_used(const PageQuery& query) {
  static constexpr std::string_view kFolded[] = {"reason", "remark", "template", "set", "owner", "label"};
  return std::ranges::any_of(kFolded, [&](auto key) { return !query.typed(key).empty(); });
}

/// What narrows the rows down or arranges them, but for the search: a fold where there is little room.
void write_fold(HtmlWriter& out, const PageQuery& query, const FleetCounts& counts) {
  const auto fold =
      out.element("details", {{"id", "more-filters"}, {"class", "unfold"}, {"open", fold_is_used(query)}});
  out.leaf("summary", "Filters");
  const auto grid = out.element("div", {{"class", "grid"}});
  write_choice(out, "reason", "Reason", "any", reconcile::all_reasons(), counts.by_reason,
               query.filter.reason);
  write_choice(out, "remark", "Remark", "any or none", reconcile::all_remarks(), counts.by_remark,
               query.filter.remark);
  write_names(out, query, "template", "Template", counts.templates, query.filter.template_ref);
  if (!counts.sets.empty() || !query.filter.set.empty())
    write_names(out, query, "set", "Set", counts.sets, query.filter.set);
  write_field(out, query, "owner", "Owner", "text", "alice");
  write_field(out, query, "label", "Labels", "text", "team=payments,env!=prod");
  write_groupings(out, query, counts);
  write_orders(out, query);
}

void write_form(HtmlWriter& out, const PageQuery& query, const FleetCounts& counts) {
  const auto form = out.element("form", {{"id", "filters"},
                                         {"class", "filters"},
                                         {"method", "get"},
                                         {"role", "search"},
                                         {"aria-label", "Workspaces"},
                                         Attribute::action(Link::to("?"))});
  write_field(out, query, "q", "Search", "search", "name, label, message, request id");
  write_fold(out, query, counts);
  if (query.rows == RowDetail::compact)
    out.single("input", {{"type", "hidden"}, {"name", "rows"}, {"value", "compact"}});
  if (query.filter.standing)
    out.single("input", {{"type", "hidden"}, {"name", "state"}, {"value", query.typed("state")}});
  if (query.per_page != PageQuery::kPerPage)
    out.single("input",
               {{"type", "hidden"}, {"name", "per_page"}, {"value", std::to_string(query.per_page)}});
  const auto buttons = out.element("p", {{"class", "field buttons"}});
  out.leaf("button", {{"type", "submit"}}, "Filter");
  if (query.filters()) out.leaf("a", {Attribute::href(query.without_filters())}, "Clear");
}

/// Links to each state, with numbers of the whole fleet.
void write_states(HtmlWriter& out, const PageQuery& query, const FleetCounts& counts) {
  const auto nav = out.element("nav", {{"class", "states"}, {"aria-label", "States"}});
  const auto list = out.element("ul");
  const auto add = [&](const Link& link, std::string_view name, std::size_t number, std::string_view tone,
                       bool current) {
    const auto item = out.element("li");
    const auto anchor = out.element("a", {{"class", fmt::format("chip {}", tone)},
                                          Attribute::href(link),
                                          Attribute::if_so(current, "aria-current", "true")});
    out.text(name);
    out.text(" ");
    out.leaf("b", std::to_string(number));
  };
  add(query.with("state", ""), "All", counts.all, "quiet", !query.filter.standing);
  for (const Standing standing : kStandings) {
    const bool current = query.filter.standing == standing;
    if (counts.of(standing) == 0 && !current) continue;
    add(query.with("state", to_string(standing)), name_of(standing), counts.of(standing),
        to_string(tone_of(standing)), current);
  }
}

}  // namespace

void write_filters(HtmlWriter& out, const PageQuery& query, const FleetCounts& counts) {
  const auto bar = out.element("div", {{"class", "toolbar"}});
  write_states(out, query, counts);
  write_form(out, query, counts);
}

}  // namespace cr::daemon
