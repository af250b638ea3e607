#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "daemon/http/page/alerts.h"
#include "daemon/http/page/sections.h"
#include "reconcile/report/set_view.h"

namespace cr::daemon {
namespace {

using reconcile::sets::SetStatus;

constexpr std::size_t kMostSets = 50;
constexpr std::size_t kMostProblems = 20;

Tone tone_of(const SetStatus& set) {
  switch (reconcile::sets::ready_of(set.reason)) {
    case reconcile::Ready::True:
      return Tone::good;
    case reconcile::Ready::False:
      return Tone::warn;
    case reconcile::Ready::Unknown:
      return Tone::bad;
  }
  return Tone::bad;
}

void write_problems(HtmlWriter& out, const SetStatus& set) {
  const std::size_t count = set.diagnostics.size();
  if (count == 0) return;
  const auto box = out.element("details", {{"id", fmt::format("set-{}-problems", set.name)}});
  out.leaf("summary", number_of(count, "problem", "problems"));
  const auto list = out.element("ul", {{"class", "diagnostics"}});
  for (std::size_t i = 0; i < std::min(count, kMostProblems); ++i) {
    const specs::Diagnostic& problem = set.diagnostics[i];
    const auto item = out.element("li");
    out.leaf("span", {{"class", "field-path"}}, problem.field);
    out.text(fmt::format(" {}", problem.message));
    if (!problem.remedy.empty()) out.leaf("span", {{"class", "more"}}, problem.remedy);
  }
  if (count > kMostProblems)
    out.leaf("li", {{"class", "more"}}, fmt::format("And {} more.", count - kMostProblems));
}

void write_set(HtmlWriter& out, const PageInput& input, const SetStatus& set, std::string_view folder) {
  const auto row = out.element("tr", {{"role", "row"}, {"id", fmt::format("set-{}", set.name)}});
  {
    const auto cell = out.element("th", {{"scope", "row"}, {"role", "rowheader"}});
    PageQuery of_set = input.query;
    of_set.given.clear();
    of_set.given.emplace("set", set.name);
    out.leaf("a", {{"class", "name"}, Attribute::href(of_set.on_page(1))}, set.name);
    const std::string_view file = set.where.path();
    const std::string_view shown = file.substr(file.starts_with(folder) ? folder.size() : 0);
    write_source(out, input, set.where, fmt::format("{}:{}", shown, set.where.line));
  }
  {
    const auto cell = out.element("td", {{"role", "cell"}});
    out.leaf("span", {{"class", fmt::format("chip {}", to_string(tone_of(set)))}},
             reconcile::sets::to_string(set.reason));
  }
  {
    const auto cell = out.element("td", {{"role", "cell"}});
    out.text(reconcile::owners_text(set));
    if (set.held > 0) out.leaf("span", {{"class", "more"}}, fmt::format("{} would leave", set.held));
    if (set.replaced > 0)
      out.leaf("span", {{"class", "more"}}, fmt::format("{} declared by documents", set.replaced));
  }
  const auto cell = out.element("td", {{"role", "cell"}});
  const std::string said = reconcile::said_of(set);
  if (said.empty()) {
    out.leaf("span", {{"class", "nothing"}}, "Nothing to do");
  } else {
    out.text(said);
  }
  write_problems(out, set);
}

}  // namespace

void write_sets(HtmlWriter& out, const PageInput& input, const FleetCounts& counts) {
  const reconcile::CycleReport* report = input.board.report.get();
  if (!report || report->sets.empty()) return;
  const auto section = out.element("section", {{"id", "sets"}, {"aria-labelledby", "sets-title"}});
  out.leaf("h2", {{"id", "sets-title"}}, "Sets");
  const std::size_t shown = std::min(report->sets.size(), kMostSets);
  {
    const auto table = out.element("table", {{"class", "plain"}, {"role", "table"}});
    {
      const auto head = out.element("thead", {{"role", "rowgroup"}});
      const auto row = out.element("tr", {{"role", "row"}});
      for (const std::string_view name : {"Set", "State", "Owners", "What to do"}) write_column(out, name);
    }
    const auto body = out.element("tbody", {{"role", "rowgroup"}});
    const std::vector<const SetStatus*> sets = reconcile::by_need(report->sets);
    for (std::size_t i = 0; i < shown; ++i) write_set(out, input, *sets[i], counts.folder);
  }
  if (shown < report->sets.size()) {
    const auto line = out.element("p", {{"class", "more"}});
    out.text(fmt::format("And {} more: ", report->sets.size() - shown));
    out.leaf("a", {Attribute::href(Link::to("api/v1/plan"))}, "all of them as JSON");
  }
}

}  // namespace cr::daemon
