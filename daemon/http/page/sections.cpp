#include "daemon/http/page/sections.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/http/page/times.h"
#include "reconcile/report/report_view.h"

namespace cr::daemon {
namespace {

using reconcile::CycleReport;
using reconcile::CycleResult;
using reconcile::Identity;

constexpr std::size_t kMostPlanned = 50;
/// Of so many workspaces equal changes are looked for: a page costs little, whatever the plan.
constexpr std::size_t kMostGrouped = 5000;
constexpr std::size_t kMostDiagnostics = 50;

std::string_view tone_of(CycleResult result) {
  switch (result) {
    case CycleResult::in_sync:
    case CycleResult::converged:
      return "good";
    case CycleResult::partial:
    case CycleResult::held:
      return "warn";
    case CycleResult::failed:
      return "bad";
  }
  return "quiet";
}

/// All of them by name, up to a bound.
std::string names_of(const std::vector<const Identity*>& workspaces) {
  std::string text;
  for (std::size_t i = 0; i < std::min(workspaces.size(), kMostPlanned); ++i)
    text += (text.empty() ? "" : ", ") + workspaces[i]->to_string();
  if (workspaces.size() > kMostPlanned) text += fmt::format(" and {} more", workspaces.size() - kMostPlanned);
  return text;
}

void write_planned(HtmlWriter& out, const reconcile::AlikeGroup& group, bool creates) {
  const auto row = out.element("tr", {{"role", "row"}});
  const std::size_t number = group.workspaces.size();
  out.leaf("th", {{"scope", "row"}, {"role", "rowheader"}},
           number == 1 ? group.workspaces.front()->to_string() : fmt::format("{} workspaces", number));
  const auto cell = out.element("td", {{"role", "cell"}});
  for (const std::string& change : group.changes) {
    const auto line = out.element("div");
    if (creates && &change == &group.changes.front()) out.leaf("strong", "create ");
    out.text(change);
  }
  if (number > 1) out.leaf("div", {{"class", "more"}}, names_of(group.workspaces));
}

/// Rows of the plan, equal ones together, and how many workspaces have no place in them.
std::size_t write_planned(HtmlWriter& out, const reconcile::Plan& plan) {
  std::vector<const reconcile::WorkspacePlan*> creates;
  std::vector<const reconcile::WorkspacePlan*> updates;
  const std::size_t looked_at = std::min(plan.workspaces.size(), kMostGrouped);
  for (std::size_t i = 0; i < looked_at; ++i)
    (reconcile::creates(plan.workspaces[i]) ? creates : updates).push_back(&plan.workspaces[i]);
  std::size_t shown = 0;
  std::size_t rows = 0;
  for (const auto* plans : {&creates, &updates}) {
    for (const reconcile::AlikeGroup& group : reconcile::alike(*plans)) {
      if (rows == kMostPlanned) break;
      write_planned(out, group, plans == &creates);
      ++rows;
      shown += group.workspaces.size();
    }
  }
  return plan.workspaces.size() - shown;
}

std::string actions_of(const CycleRecord& record) {
  std::string text;
  const auto add = [&](std::size_t number, std::string_view what) {
    if (number > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", number, what);
  };
  add(record.succeeded, "done");
  add(record.failed, "failed");
  add(record.skipped, "skipped");
  if (record.held > 0)
    text += (text.empty() ? "" : ", ") + number_of(record.held, "workspace held", "workspaces held");
  return text.empty() ? "none" : text;
}

void write_cycle(HtmlWriter& out, const CycleRecord& record, async::WallTime now) {
  const auto row = out.element("tr", {{"role", "row"}});
  {
    const auto cell = out.element("th", {{"scope", "row"}, {"role", "rowheader"}});
    out.leaf("time", {{"datetime", as_utc(record.started)}}, clock_time(record.started, now));
    if (record.cycles > 1)
      out.leaf("span", {{"class", "more"}},
               fmt::format("{} alike since {}", record.cycles, clock_time(record.first_started, now)));
  }
  out.leaf("td", {{"role", "cell"}}, took(record.duration));
  {
    const auto cell = out.element("td", {{"role", "cell"}});
    out.leaf("span", {{"class", fmt::format("chip {}", tone_of(record.result))}},
             reconcile::to_string(record.result));
    if (!record.failure.empty()) out.leaf("span", {{"class", "more"}}, record.failure);
  }
  out.leaf("td", {{"role", "cell"}}, actions_of(record));
}

void write_diagnostic(HtmlWriter& out, const PageInput& input, const specs::Diagnostic& diagnostic) {
  const auto item = out.element("li");
  {
    const auto line = out.element("p");
    write_source(out, input, diagnostic.where, diagnostic.where.to_string());
    if (!diagnostic.field.empty()) {
      out.text(" ");
      out.leaf("code", {{"class", "field-path"}}, diagnostic.field);
    }
  }
  {
    const auto line = out.element("p");
    out.text(diagnostic.message);
    if (!diagnostic.remedy.empty()) out.leaf("span", {{"class", "more"}}, diagnostic.remedy);
  }
  if (!diagnostic.excerpt.empty()) out.leaf("pre", {{"class", "excerpt"}}, diagnostic.excerpt);
}

}  // namespace

void write_column(HtmlWriter& out, std::string_view name) {
  out.leaf("th", {{"scope", "col"}, {"role", "columnheader"}}, name);
}

std::string number_of(std::size_t number, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", number, number == 1 ? one : many);
}

void write_ago(HtmlWriter& out, async::WallTime when, async::WallTime now) {
  out.leaf("time", {{"datetime", as_utc(when)}, {"title", as_utc(when)}}, in_words(now - when) + " ago");
}

void write_source(HtmlWriter& out, const PageInput& input, const specs::SourcePosition& where,
                  std::string_view text) {
  const std::string_view path = where.path();
  const auto code =
      out.element("code", {{"class", "source"}, Attribute::if_so(!path.empty(), "title", path)});
  if (const auto link = input.sources.to(where)) {
    out.leaf("a", {{"rel", "noreferrer"}, Attribute::href(*link)}, text);
  } else {
    out.text(text);
  }
}

void write_command(HtmlWriter& out, std::string_view command) {
  const auto box = out.element("div", {{"class", "command"}});
  {
    const auto pre = out.element("pre", {{"tabindex", "0"}});
    out.leaf("code", command);
  }
  out.leaf("button", {{"type", "button"}, {"class", "copy scripted"}}, "Copy");
}

void write_plan(HtmlWriter& out, const PageInput& input) {
  const CycleReport* report = input.board.report.get();
  if (!report) return;
  const auto section = out.element("section", {{"id", "plan"}, {"aria-labelledby", "plan-title"}});
  out.leaf("h2", {{"id", "plan-title"}}, "Plan");
  const auto& planned = report->plan.workspaces;
  if (planned.empty()) {
    out.leaf("p", {{"class", "empty"}}, "The last cycle found nothing to change.");
    return;
  }
  {
    const auto line = out.element("p");
    out.text(fmt::format("{} {} in {}; ", report->verdict.held ? "Held:" : "Last cycle:",
                         number_of(report->plan.action_count(), "action", "actions"),
                         number_of(planned.size(), "workspace", "workspaces")));
    out.text("digest ");
    out.leaf("code", {{"id", "digest"}}, report->verdict.digest);
    out.text(fmt::format("; the limit is {}.", number_of(report->verdict.limit, "workspace", "workspaces")));
    if (report->verdict.approved) out.text(" Approved by digest.");
  }
  std::size_t left_out = 0;
  {
    const auto box = out.element("details", {{"id", "planned"}, {"open", report->verdict.held}});
    out.leaf("summary", "What it changes");
    const auto table = out.element("table", {{"class", "plain"}, {"role", "table"}});
    const auto body = out.element("tbody", {{"role", "rowgroup"}});
    left_out = write_planned(out, report->plan);
  }
  if (left_out > 0) {
    const auto line = out.element("p", {{"class", "more"}});
    out.text(fmt::format("And {} more: ", left_out));
    out.leaf("a", {Attribute::href(Link::to("api/v1/plan"))}, "the whole plan as JSON");
  }
}

void write_cycles(HtmlWriter& out, const PageInput& input) {
  const auto& records = input.board.history.records();
  if (records.empty()) return;
  const auto section = out.element("section", {{"id", "cycles"}, {"aria-labelledby", "cycles-title"}});
  out.leaf("h2", {{"id", "cycles-title"}}, "Recent cycles");
  const auto table = out.element("table", {{"class", "plain"}, {"role", "table"}});
  {
    const auto head = out.element("thead", {{"role", "rowgroup"}});
    const auto row = out.element("tr", {{"role", "row"}});
    for (const std::string_view name : {"Began", "Took", "Result", "Actions"}) write_column(out, name);
  }
  const auto body = out.element("tbody", {{"role", "rowgroup"}});
  for (const CycleRecord& record : records) write_cycle(out, record, input.now);
}

void write_specs(HtmlWriter& out, const PageInput& input) {
  const Board& board = input.board;
  if (!board.desired || board.desired->diagnostics.empty()) return;
  const auto section = out.element("section", {{"id", "specs"}, {"aria-labelledby", "specs-title"}});
  out.leaf("h2", {{"id", "specs-title"}}, "Specs to fix");
  {
    const auto line = out.element("p");
    out.text(fmt::format("{} invalid, {} for a workspace that another spec also declares.",
                         number_of(board.desired->invalid_documents, "document", "documents"),
                         board.desired->duplicate_documents));
  }
  const auto& diagnostics = board.desired->diagnostics;
  {
    const auto list = out.element("ol", {{"class", "diagnostics"}});
    for (std::size_t i = 0; i < std::min(diagnostics.size(), kMostDiagnostics); ++i)
      write_diagnostic(out, input, diagnostics[i]);
  }
  if (diagnostics.size() > kMostDiagnostics)
    out.leaf("p", {{"class", "more"}},
             fmt::format("And {} more: `coder-reconciler validate` lists them all.",
                         diagnostics.size() - kMostDiagnostics));
}

}  // namespace cr::daemon
