#include "daemon/http/page/workspace_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "daemon/coming.h"
#include "daemon/http/page/activity.h"
#include "daemon/http/page/declared_fields.h"
#include "daemon/http/page/frame.h"
#include "daemon/http/page/row_parts.h"
#include "daemon/http/page/sections.h"
#include "daemon/http/page/times.h"
#include "reconcile/fields/managed_field.h"
#include "reconcile/forecast/remarks.h"
#include "reconcile/forecast/standing.h"
#include "reconcile/report/build_words.h"
#include "reconcile/report/render.h"
#include "reconcile/report/set_view.h"
#include "specs/text/ascii.h"

namespace cr::daemon {
namespace {

using reconcile::Reason;
using reconcile::WorkspaceStatus;

constexpr std::size_t kHistory = 50;

/// A page around `write_main`.
template <class WriteMain>
std::string page_of_workspace(const PageInput& input, const std::string& title, Tone tone,
                              WriteMain write_main) {
  const Root root = Root::of_workspace();
  HtmlWriter out;
  out.doctype();
  {
    const auto html = out.element("html", {{"lang", "en"}});
    write_head(out, title, tone);
    const auto body = out.element("body");
    write_bar(out, root, input.coder, Link::to("#fields"), "Skip to the fields");
    {
      const auto main = out.element("main", {{"id", "main"}});
      write_main(out, root);
    }
    write_footer(out, root);
    write_scripts(out, event_stream_of(root, input.happened));
  }
  return out.take() + '\n';
}

/// "alice/api-dev", each part a link to what is alike on the status page.
void write_title(HtmlWriter& out, const Root& root, const specs::Identity& identity) {
  const auto heading = out.element("h1", {{"id", "headline"}});
  const std::pair<std::string_view, std::string> owner[] = {{"owner", identity.owner}};
  out.leaf("a", {Attribute::href(root.to("", owner))}, identity.owner);
  out.text("/" + identity.name);
}

void write_origin(HtmlWriter& out, const PageInput& input, const Root& root,
                  const specs::WorkspaceSpec& spec) {
  const auto line = out.element("p", {{"class", "progress"}});
  out.text("Declared by ");
  write_source(out, input, spec.where, reconcile::declared_by(spec));
  out.text(fmt::format(", from template {}.", *spec.body->template_ref));
  for (const auto& [key, value] : spec.body->labels) {
    const std::string text = key + '=' + value;
    const std::pair<std::string_view, std::string> label[] = {{"label", text}};
    out.text(" ");
    out.leaf("a", {{"class", "tag"}, Attribute::href(root.to("", label))}, text);
  }
}

void write_elsewhere(HtmlWriter& out, const PageInput& input, const specs::WorkspaceSpec& spec,
                     const WorkspaceStatus& row) {
  if (!row.id) return;
  const auto page = input.coder.workspace(spec.owner, spec.name);
  const auto audit = input.coder.audit(row.id->to_string());
  if (!page || !audit) return;
  const auto line = out.element("p", {{"class", "progress"}});
  out.text("In Coder: ");
  out.leaf("a", {{"rel", "noreferrer"}, Attribute::href(*page)}, "the workspace and its builds");
  out.text(", ");
  out.leaf("a", {{"rel", "noreferrer"}, Attribute::href(*audit)}, "its audit log");
  out.text(" (with a licence).");
}

void write_ages(HtmlWriter& out, const PageInput& input, const WorkspaceStatus& row) {
  const auto line = out.element("p", {{"class", "condition"}});
  out.leaf("span", {{"class", fmt::format("chip {}", to_string(tone_of(standing_of(row.ready.reason))))}},
           reconcile::to_string(row.ready.reason));
  if (row.ready.since != async::WallTime{}) {
    out.text(" since ");
    out.leaf("time", {{"datetime", as_utc(row.ready.since)}, {"title", as_utc(row.ready.since)}},
             in_words(input.now - row.ready.since));
  }
  if (row.known_since) {
    out.text("; last known state, from ");
    write_ago(out, *row.known_since, input.now);
  }
}

void write_condition(HtmlWriter& out, const PageInput& input, const WorkspaceStatus& row) {
  const auto section = out.element("section", {{"id", "condition"}, {"aria-labelledby", "condition-title"}});
  out.leaf("h2", {{"id", "condition-title"}}, "Condition");
  write_ages(out, input, row);
  if (!row.ready.message.empty()) out.leaf("p", {{"class", "message"}}, row.ready.message);
  write_notes(out, row, input.now);
  if (row.ready.reason != Reason::InSync) write_guidance(out, row.ready.reason, "this");
}

/// Where a declared value stands.
void write_place(HtmlWriter& out, const PageInput& input, const specs::WorkspaceSpec& spec,
                 const FieldLine& line) {
  if (const specs::DefaultedField* from = specs::default_of(spec, line.name)) {
    write_source(out, input, from->where, "defaults, " + line.from);
  } else {
    write_source(out, input, spec.where, (spec.body->set.empty() ? "" : "set, ") + spec.where.to_string());
  }
}

std::string_view decides_on(const specs::WorkspaceSpec& spec, const FieldLine& line, async::WallTime now) {
  if (!reconcile::field_of_key(line.name)) return "the spec, at creation";
  return reconcile::decided_by_spec(spec, spec.fields.entry(line.name),
                                    std::chrono::floor<std::chrono::seconds>(now));
}

/// What really acts, where that is not what Coder has; empty: it is, or nothing is known.
std::string acts_instead(const WorkspaceStatus& status, const FieldLine& line) {
  if (line.match != FieldMatch::same && line.match != FieldMatch::differs) return {};
  const std::string& stored = line.match == FieldMatch::same ? line.declared : line.live;
  std::string acts = reconcile::effective_by_forecast(line.name, *status.spec, status.forecast, stored);
  return acts == stored ? std::string() : acts;
}

void write_field(HtmlWriter& out, const PageInput& input, const WorkspaceStatus& status,
                 const FieldLine& line) {
  const specs::WorkspaceSpec& spec = *status.spec;
  const auto row = out.element("tr", {{"role", "row"}});
  out.leaf("th", {{"scope", "row"}, {"role", "rowheader"}}, line.name);
  {
    const auto cell = out.element("td", {{"role", "cell"}, {"data-label", "Declared"}});
    out.text(line.declared);
    write_place(out, input, spec, line);
  }
  {
    const auto cell = out.element(
        "td", {{"role", "cell"}, {"class", class_of_live(line.match)}, {"data-label", "In Coder"}});
    write_live_text(out, line);
    if (const std::string acts = acts_instead(status, line); !acts.empty())
      out.leaf("span", {{"class", "more"}}, "acts: " + acts);
  }
  out.leaf("td", {{"role", "cell"}, {"data-label", "Decided by"}}, decides_on(spec, line, input.now));
}

/// Fields of every workspace that the spec says nothing of.
std::string left_open(const specs::WorkspaceSpec& spec) {
  std::string names;
  for (const reconcile::ManagedField* field : reconcile::managed_fields()) {
    if (field == &reconcile::kName || field->moves || spec.fields.entry(field->key)) continue;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", field->key);
  }
  return names;
}

void write_fields(HtmlWriter& out, const PageInput& input, const specs::WorkspaceSpec& spec,
                  const WorkspaceStatus& row) {
  const auto section =
      out.element("section", {{"id", "fields"}, {"tabindex", "-1"}, {"aria-labelledby", "fields-title"}});
  out.leaf("h2", {{"id", "fields-title"}}, "Declared and stored");
  {
    const auto table = out.element("table", {{"class", "plain standing"}, {"role", "table"}});
    {
      const auto head = out.element("thead", {{"role", "rowgroup"}});
      const auto line = out.element("tr", {{"role", "row"}});
      for (const std::string_view name : {"Field", "Declared", "In Coder", "Decided by"})
        write_column(out, name);
    }
    const auto body = out.element("tbody", {{"role", "rowgroup"}});
    for (const FieldLine& line : declared_fields(row)) write_field(out, input, row, line);
  }
  if (const std::string open = left_open(spec); !open.empty())
    out.leaf("p", {{"class", "more"}}, fmt::format("Not declared, so the owner's own: {}.", open));
  const std::string name = specs::identity_of(spec).to_string();
  out.leaf("p", {{"class", "more"}},
           "What a template's policy makes of them, and Coder's own history, with a token for Coder:");
  write_command(out, input.way_out.explain_command(name));
}

void write_coming(HtmlWriter& out, const specs::WorkspaceSpec& spec, const WorkspaceStatus& row) {
  const auto section = out.element("section", {{"id", "coming"}, {"aria-labelledby", "coming-title"}});
  out.leaf("h2", {{"id", "coming-title"}}, "What comes next");
  const auto list = out.element("dl", {{"class", "ahead"}});
  for (const auto& [what, text] : coming(row.forecast, reconcile::is_kept_dormant(spec))) {
    out.leaf("dt", what);
    out.leaf("dd", text);
  }
}

void write_plan_of(HtmlWriter& out, const PageInput& input, const Root& root,
                   const specs::Identity& identity) {
  const auto& planned = input.board.report->plan.workspaces;
  const auto found = std::ranges::lower_bound(planned, identity, {}, &reconcile::WorkspacePlan::workspace);
  if (found == planned.end() || found->workspace != identity) return;
  const bool held = input.board.report->verdict.held;
  const auto section = out.element("section", {{"id", "plan"}, {"aria-labelledby", "plan-title"}});
  out.leaf("h2", {{"id", "plan-title"}}, held ? "Held" : "Planned in the last cycle");
  {
    const auto list = out.element("ul", {{"class", "planned"}});
    for (const reconcile::Action& action : found->actions) out.leaf("li", reconcile::describe(action));
    if (!found->follow_up.empty()) out.leaf("li", "then " + found->follow_up);
  }
  if (!held) return;
  const auto line = out.element("p", {{"class", "more"}});
  out.text("It waits for the approval of the whole plan: ");
  out.leaf("a", {Attribute::href(root.home())}, "where it is approved");
  out.text(".");
}

void write_last_build(HtmlWriter& out, const PageInput& input, const specs::Identity& identity) {
  if (!input.board.builds) return;
  const auto found = input.board.builds->find(identity);
  if (found == input.board.builds->end()) return;
  const auto line = out.element("p");
  out.text("Last build by this daemon: " + reconcile::in_words(*found->second));
  if (found->second->created) {
    out.text(", queued ");
    write_ago(out, *found->second->created, input.now);
  }
  out.text(".");
}

void write_history(HtmlWriter& out, const PageInput& input, const Root& root,
                   const specs::Identity& identity) {
  const auto section = out.element("section", {{"id", "history"}, {"aria-labelledby", "history-title"}});
  out.leaf("h2", {{"id", "history-title"}}, "History");
  write_last_build(out, input, identity);
  EventQuery query;
  query.filter.workspace = identity;
  query.limit = kHistory;
  const EventPage page = page_of(input.happened, query);
  if (page.events.empty())
    out.leaf("p", {{"class", "empty"}}, "Nothing is kept of it since this process began.");
  write_events(out, page.events, root, false, input.now);
  const auto line = out.element("p", {{"class", "more"}});
  const std::pair<std::string_view, std::string> of_it[] = {{"workspace", identity.to_string()}};
  if (page.more) {
    out.leaf("a", {Attribute::href(root.to("activity", of_it))}, "Older events");
    out.text(". ");
  }
  out.text("What happens alike to many at once may be on the ");
  out.leaf("a", {Attribute::href(root.to("activity"))}, "page of all activity");
  out.text(" alone, as a number.");
}

}  // namespace

std::string workspace_page(const PageInput& input, const specs::WorkspaceSpec& spec,
                           const WorkspaceStatus* row) {
  const specs::Identity identity = specs::identity_of(spec);
  const std::string name = identity.to_string();
  const std::string title = row ? fmt::format("{}: {}", name, reconcile::to_string(row->ready.reason)) : name;
  const Tone tone = row ? tone_of(standing_of(row->ready.reason)) : Tone::quiet;
  return page_of_workspace(input, title, tone, [&](HtmlWriter& out, const Root& root) {
    write_title(out, root, identity);
    write_origin(out, input, root, spec);
    if (!row) {
      out.leaf("p", {{"class", "empty"}, {"id", "fields"}},
               "No cycle has looked at it yet; this page shows more when one has.");
      return;
    }
    write_elsewhere(out, input, spec, *row);
    write_condition(out, input, *row);
    write_fields(out, input, spec, *row);
    write_coming(out, spec, *row);
    write_plan_of(out, input, root, identity);
    write_history(out, input, root, identity);
  });
}

bool knows_what_is_declared(const Board& board) {
  return board.report || (board.desired && board.desired->sets.empty());
}

std::string unknown_workspace_page(const PageInput& input, std::string_view owner, std::string_view name) {
  const specs::Identity identity{text::lower(owner), text::lower(name)};
  const bool known = knows_what_is_declared(input.board);
  const std::string title = identity.to_string() + (known ? " is not declared" : "");
  return page_of_workspace(input, title, Tone::quiet, [&](HtmlWriter& out, const Root& root) {
    out.leaf("h1", {{"id", "headline"}}, title);
    const auto box = out.element("p", {{"class", "empty"}, {"id", "fields"}});
    if (!known) {
      out.text("What is declared is not known yet; this page shows it when the first cycle has ended.");
      return;
    }
    const bool elsewhere =
        input.board.desired && std::ranges::binary_search(input.board.desired->elsewhere, identity);
    out.text(
        elsewhere
            ? "A document that is invalid declares it, or the filters of this daemon leave it out; nothing "
              "is done to it. See "
            : "No spec declares it; nothing is done to it. See ");
    if (elsewhere) {
      out.leaf("a", {Attribute::href(root.to("#specs"))}, "the specs to fix");
      out.text(", ");
    }
    const std::pair<std::string_view, std::string> alike[] = {{"q", identity.name}};
    out.leaf("a", {Attribute::href(root.to("", alike))}, "workspaces with such a name");
    out.text(", ");
    const std::pair<std::string_view, std::string> of_owner[] = {{"owner", identity.owner}};
    out.leaf("a", {Attribute::href(root.to("", of_owner))}, "those of this owner");
    out.text(" and ");
    const std::pair<std::string_view, std::string> of_it[] = {{"workspace", identity.to_string()}};
    out.leaf("a", {Attribute::href(root.to("activity", of_it))}, "what has happened to it");
    out.text(".");
  });
}

}  // namespace cr::daemon
