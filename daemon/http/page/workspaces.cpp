#include <fmt/format.h>

#include <algorithm>

#include "daemon/http/page/alerts.h"
#include "daemon/http/page/declared_fields.h"
#include "daemon/http/page/row_parts.h"
#include "daemon/http/page/sections.h"
#include "daemon/http/page/times.h"
#include "reconcile/model/condition.h"
#include "reconcile/report/build_words.h"

namespace cr::daemon {
namespace {

using reconcile::Reason;
using reconcile::WorkspaceStatus;

void write_lines(HtmlWriter& out, std::string_view caption, std::span<const FieldLine* const> lines) {
  const auto table = out.element("table", {{"class", "fields"}});
  out.leaf("caption", {{"class", "unseen"}}, caption);
  {
    const auto head = out.element("tr");
    out.leaf("th", {{"scope", "col"}}, "Field");
    out.leaf("th", {{"scope", "col"}}, "Declared");
    out.leaf("th", {{"scope", "col"}}, "Live");
  }
  for (const FieldLine* line : lines) {
    const auto row = out.element("tr");
    out.leaf("th", {{"scope", "row"}}, line->name);
    out.leaf("td",
             line->from.empty() ? line->declared : fmt::format("{} (from {})", line->declared, line->from));
    write_live(out, *line);
  }
}

/// What differs is open, the rest of what is declared one click away.
void write_fields(HtmlWriter& out, const WorkspaceStatus& row, std::string_view id) {
  const std::vector<FieldLine> fields = declared_fields(row);
  std::vector<const FieldLine*> different, rest;
  for (const FieldLine& field : fields) {
    const bool differs = field.match == FieldMatch::differs || field.match == FieldMatch::at_birth;
    (differs ? different : rest).push_back(&field);
  }
  if (!different.empty()) write_lines(out, "What differs", different);
  const bool absent = !fields.empty() && fields.front().match == FieldMatch::absent;
  if (absent) out.leaf("p", {{"class", "absent"}}, "It does not exist in Coder.");
  if (rest.empty()) return;
  const auto box = out.element("details", {{"id", fmt::format("{}-fields", id)}});
  const bool same = std::ranges::all_of(rest, [](const auto* f) { return f->match == FieldMatch::same; });
  out.leaf("summary", fmt::format("{} {}{}", rest.size(), different.empty() ? "declared" : "more",
                                  same ? ", as declared" : ""));
  write_lines(out, "Declared and live", rest);
}

void write_message(HtmlWriter& out, const PageInput& input, const WorkspaceStatus& row) {
  const auto line = out.element("p", {{"class", "message"}});
  // What holds for all of a held plan is said once, above.
  if (!CycleGist{*input.board.report}.holds(row)) {
    out.text(row.ready.message);
    return;
  }
  out.text("It is part of ");
  out.leaf("a", {Attribute::href(Link::to("#plan"))}, "the plan that is held");
  out.text("; see the top of this page for how to approve it.");
}

void write_what_to_do(HtmlWriter& out, const PageInput& input, const WorkspaceStatus& row,
                      std::string_view id) {
  if (CycleGist{*input.board.report}.explains(row)) {
    out.leaf("p", {{"class", "message"}}, "It could not be read; the top of this page says why.");
    return;
  }
  if (!row.ready.message.empty()) write_message(out, input, row);
  write_notes(out, row, input.now);
  if (row.ready.message.empty() && !row.last_error && row.remarks.empty())
    out.leaf("p", {{"class", "nothing"}}, "Nothing to do");
  if (row.ready.reason != Reason::InSync) write_guidance(out, row.ready.reason, id);
}

void write_name(HtmlWriter& out, const PageInput& input, const WorkspaceStatus& row,
                std::string_view folder) {
  const specs::WorkspaceSpec& spec = *row.spec;
  write_workspace_link(out, input, row);
  out.leaf("span", {{"class", "more"}}, fmt::format("template {}", spec.body->template_ref));
  if (!spec.body->set.empty()) {
    const auto line = out.element("span", {{"class", "more"}});
    out.text("set ");
    out.leaf("a", {Attribute::href(input.query.with("set", *spec.body->set))}, *spec.body->set);
  }
  if (!spec.body->labels.empty()) {
    const auto labels = out.element("span", {{"class", "labels"}});
    for (const auto& [key, value] : spec.body->labels) {
      const std::string text = key + '=' + value;
      out.leaf("a", {{"class", "tag"}, Attribute::href(input.query.with("label", text))}, text);
      out.text(" ");
    }
  }
  const std::string_view file = spec.where.path();
  if (file.empty()) return;
  const std::string_view shown = file.substr(file.starts_with(folder) ? folder.size() : 0);
  write_source(out, input, spec.where, fmt::format("{}:{}", shown, spec.where.line));
}

/// What its latest build does or did, where that is ours.
void write_build(HtmlWriter& out, const PageInput& input, const WorkspaceStatus& row) {
  if (!input.board.builds) return;
  const auto build = input.board.builds->find(specs::identity_of(*row.spec));
  if (build == input.board.builds->end()) return;
  out.leaf("span", {{"class", "more"}}, "last build: " + reconcile::in_words(*build->second));
}

void write_row(HtmlWriter& out, const PageInput& input, const WorkspaceStatus& row, std::string_view folder) {
  const std::string id = "w-" + specs::identity_of(*row.spec).to_string();
  const auto line = out.element("tr", {{"id", id},
                                       {"role", "row"},
                                       {"tabindex", "-1"},
                                       Attribute::if_so(row.known_since.has_value(), "class", "last-known")});
  {
    const auto cell =
        out.element("th", {{"scope", "row"}, {"role", "rowheader"}, {"data-label", "Workspace"}});
    write_name(out, input, row, folder);
  }
  {
    const auto cell = out.element("td", {{"role", "cell"}, {"data-label", "State"}});
    const Tone tone = tone_of(standing_of(row.ready.reason));
    out.leaf("span", {{"class", fmt::format("chip {}", to_string(tone))}},
             reconcile::to_string(row.ready.reason));
    if (row.ready.since != async::WallTime{}) {
      const auto since = out.element("span", {{"class", "more"}});
      out.text("since ");
      out.leaf("time", {{"datetime", as_utc(row.ready.since)}, {"title", as_utc(row.ready.since)}},
               in_words(input.now - row.ready.since));
    }
    if (row.known_since) {
      const auto age = out.element("span", {{"class", "more"}});
      out.text("last known state, from ");
      out.leaf("time", {{"datetime", as_utc(*row.known_since)}, {"title", as_utc(*row.known_since)}},
               in_words(input.now - *row.known_since));
      out.text(" ago");
    }
    write_build(out, input, row);
  }
  {
    const auto cell = out.element("td", {{"role", "cell"}, {"data-label", "Declared and live"}});
    write_fields(out, row, id);
  }
  {
    const auto cell = out.element("td", {{"role", "cell"}, {"data-label", "What to do"}});
    write_what_to_do(out, input, row, id);
  }
  const auto cell = out.element("td", {{"role", "cell"}, {"data-label", "Next"}});
  write_next(out, row, input.now);
}

void write_pager(HtmlWriter& out, const PageQuery& query, std::size_t page, std::size_t pages) {
  if (pages < 2) return;
  const auto nav = out.element("nav", {{"class", "pager"}, {"aria-label", "Pages"}});
  const auto step = [&](bool there, std::size_t number, std::string_view text, AttributeName relation,
                        std::string_view name) {
    if (there) {
      out.leaf("a", {{relation, name}, Attribute::href(query.on_page(number))}, text);
    } else {
      out.leaf("span", {{"class", "off"}, {"aria-hidden", "true"}}, text);
    }
  };
  step(page > 1, 1, "First", "class", "first");
  step(page > 1, page - 1, "Previous", "rel", "prev");
  out.leaf("span", {{"class", "place"}}, fmt::format("Page {} of {}", page, pages));
  step(page < pages, page + 1, "Next", "rel", "next");
  step(page < pages, pages, "Last", "class", "last");
}

std::string shown_in_words(std::size_t first, std::size_t last, std::size_t found,
                           const FleetCounts& counts) {
  if (found == 0) return counts.all == 0 ? "There are none." : "None match.";
  const bool all_shown = first == 1 && last == found;
  if (found == counts.all)
    return all_shown ? fmt::format("All {}", found) : fmt::format("{} to {} of {}", first, last, found);
  if (all_shown) return fmt::format("{} of {} match", found, counts.all);
  return fmt::format("{} to {} of {} that match, of {}", first, last, found, counts.all);
}

/// What the rows are sorted by under a column's head, with its word. The first is meant when the column is.
struct Sorting {
  RowKey key;
  std::string_view word;
};

std::string_view direction_of(RowOrder order) {
  // The newest are those whose time is the greatest.
  return order.reversed == (order.by == RowKey::newest) ? "ascending" : "descending";
}

/// The head of a column, with links that sort; the one that does so already turns the order.
void write_sorting_column(HtmlWriter& out, const PageQuery& query, std::string_view name,
                          std::initializer_list<Sorting> sortings) {
  const auto sorts = [&](const Sorting& sorting) { return sorting.key == query.order.by; };
  const bool sorted = std::ranges::any_of(sortings, sorts);
  const auto head = out.element("th", {{"scope", "col"},
                                       {"role", "columnheader"},
                                       Attribute::if_so(sorted, "aria-sort", direction_of(query.order))});
  out.text(name);
  for (const Sorting& sorting : sortings) {
    out.text(" ");
    const bool this_one = sorts(sorting);
    const RowOrder wanted{sorting.key, this_one && !query.order.reversed};
    out.leaf("a",
             {{"class", "sort"},
              Attribute::if_so(this_one, "aria-current", "true"),
              Attribute::href(query.ordered(wanted))},
             fmt::format("{}{}", sorting.word,
                         !this_one                                  ? ""
                         : direction_of(query.order) == "ascending" ? " ↑"
                                                                    : " ↓"));
  }
}

void write_table(HtmlWriter& out, const PageInput& input, std::span<const WorkspaceStatus* const> rows,
                 std::string_view folder) {
  const bool compact = input.query.rows == RowDetail::compact;
  const auto table = out.element(
      "table",
      {{"class", compact ? "rows compact" : "rows full"}, {"role", "table"}, {"aria-labelledby", "shown"}});
  {
    const auto head = out.element("thead", {{"role", "rowgroup"}});
    const auto line = out.element("tr", {{"role", "row"}});
    const auto column = [&](std::string_view name, std::initializer_list<Sorting> sortings) {
      write_sorting_column(out, input.query, name, sortings);
    };
    constexpr Sorting kName{RowKey::name, "name"}, kOwner{RowKey::owner, "owner"},
        kTemplate{RowKey::template_ref, "template"};
    if (compact) {
      column("Workspace", {kName, kOwner});
    } else {
      column("Workspace", {kName, kOwner, kTemplate});
    }
    column("State", {{RowKey::need, "need"}, {RowKey::reason, "reason"}, {RowKey::newest, "age"}});
    if (compact) {
      column("Template", {{RowKey::template_ref, "name"}});
    } else {
      column("Declared and live", {});
    }
    column("What to do", {});
    column("Next", {{RowKey::next, "time"}});
  }
  const auto body = out.element("tbody", {{"role", "rowgroup"}});
  for (const WorkspaceStatus* row : rows) {
    if (compact) {
      write_compact_row(out, input, *row);
    } else {
      write_row(out, input, *row, folder);
    }
  }
}

/// How many there are, and other ways to see them.
void write_shown(HtmlWriter& out, const PageQuery& query, const std::string& text) {
  const auto line = out.element("div", {{"class", "view"}});
  out.leaf("p", {{"id", "shown"}, {"class", "shown"}}, text);
  const auto ways = out.element("p", {{"class", "ways"}});
  if (query.group) {
    out.leaf("a", {Attribute::href(query.grouped(std::nullopt))}, "Show the rows");
    return;
  }
  const bool compact = query.rows == RowDetail::compact;
  out.leaf("a", {Attribute::href(query.with_rows(compact ? RowDetail::full : RowDetail::compact))},
           compact ? "Full rows" : "Compact rows");
}

}  // namespace

void write_workspaces(HtmlWriter& out, const PageInput& input, const FleetCounts& counts) {
  const auto section = out.element(
      "section", {{"id", "workspaces"}, {"tabindex", "-1"}, {"aria-labelledby", "workspaces-title"}});
  out.leaf("h2", {{"id", "workspaces-title"}}, "Workspaces");
  const PageQuery& query = input.query;
  write_filters(out, query, counts);
  for (const std::string& problem : query.problems)
    out.leaf("p", {{"class", "alert warn problem"}, {"role", "alert"}}, "Filter ignored: " + problem);
  if (!input.board.report) {
    out.leaf("p", {{"class", "empty"}}, "They are listed when the first cycle has finished.");
    return;
  }
  std::vector<const WorkspaceStatus*> rows = filter_rows(*input.board.report, query.filter);
  if (query.group) {
    write_shown(out, query, shown_in_words(1, rows.size(), rows.size(), counts));
    if (!rows.empty()) write_groups(out, query, rows);
    return;
  }
  const std::size_t pages = std::max<std::size_t>(1, (rows.size() + query.per_page - 1) / query.per_page);
  const std::size_t page = std::min(query.page, pages);
  arrange(rows, query.order, page * query.per_page);
  const std::size_t first = std::min(rows.size(), (page - 1) * query.per_page);
  const std::size_t last = std::min(rows.size(), first + query.per_page);
  write_shown(out, query, shown_in_words(first + 1, last, rows.size(), counts));
  if (!rows.empty()) write_table(out, input, std::span{rows}.subspan(first, last - first), counts.folder);
  write_pager(out, query, page, pages);
}

void write_workspace_link(HtmlWriter& out, const PageInput& input, const WorkspaceStatus& row) {
  const specs::WorkspaceSpec& spec = *row.spec;
  const std::string name = specs::identity_of(spec).to_string();
  out.leaf("a", {{"class", "name"}, Attribute::href(Root::here().workspace(spec.owner, spec.name))}, name);
  // Without an id there is no page in Coder to go to.
  if (const auto link = row.id ? input.coder.workspace(spec.owner, spec.name) : std::nullopt)
    out.leaf("a", {{"class", "in-coder"}, {"rel", "noreferrer"}, Attribute::href(*link)}, "in Coder");
}

}  // namespace cr::daemon
