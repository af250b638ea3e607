#include <fmt/format.h>

#include "daemon/http/page/alerts.h"
#include "daemon/http/page/sections.h"
#include "daemon/http/page/times.h"

namespace cr::daemon {
namespace {

using reconcile::Reason;
using reconcile::WorkspaceStatus;

/// What there is to do or to know, in one line.
std::string gist_of(const CycleGist& cycle, const WorkspaceStatus& row) {
  if (cycle.explains(row)) return "It could not be read; the top of this page says why.";
  if (cycle.holds(row)) return "It is part of the plan that is held.";
  if (!row.ready.message.empty()) return row.ready.message;
  if (row.last_error) return row.last_error->to_string();
  return row.remarks.empty() ? std::string{} : row.remarks.front().message;
}

/// "starts in 9 h": what comes first.
void write_next_event(HtmlWriter& out, const WorkspaceStatus& row, async::WallTime now) {
  const auto cell = out.element("td", {{"role", "cell"}});
  const reconcile::Instant next = next_event(row);
  if (!next) return;
  const std::string_view what = next == row.forecast.start.next() ? "starts"
                                : next == row.forecast.stop.at    ? "stops"
                                                                  : "is deleted";
  out.text(fmt::format("{} ", what));
  out.leaf("time", {{"datetime", as_utc(*next)}, {"title", as_utc(*next)}},
           *next > now ? "in " + in_words(*next - now) : std::string{"now"});
}

}  // namespace

bool CycleGist::explains(const WorkspaceStatus& row) const {
  const auto& failure = report.failure;
  return failure && row.last_error && *row.last_error == *failure &&
         reconcile::ready_of(row.ready.reason) == reconcile::Ready::Unknown;
}

bool CycleGist::holds(const WorkspaceStatus& row) const {
  return row.ready.reason == Reason::Held && row.ready.message == report.verdict.message;
}

void write_compact_row(HtmlWriter& out, const PageInput& input, const WorkspaceStatus& row) {
  const specs::WorkspaceSpec& spec = *row.spec;
  const std::string name = specs::identity_of(spec).to_string();
  const auto line = out.element("tr", {{"id", "w-" + name},
                                       {"role", "row"},
                                       {"tabindex", "-1"},
                                       Attribute::if_so(row.known_since.has_value(), "class", "last-known")});
  {
    const auto cell = out.element("th", {{"scope", "row"}, {"role", "rowheader"}});
    write_workspace_link(out, input, row);
  }
  {
    const auto cell = out.element("td", {{"role", "cell"}});
    const Tone tone = tone_of(standing_of(row.ready.reason));
    out.leaf("span", {{"class", fmt::format("chip {}", to_string(tone))}},
             reconcile::to_string(row.ready.reason));
    if (row.ready.since != async::WallTime{}) {
      out.text(" ");
      out.leaf("time", {{"datetime", as_utc(row.ready.since)}, {"title", as_utc(row.ready.since)}},
               in_words(input.now - row.ready.since));
    }
  }
  out.leaf("td", {{"role", "cell"}}, spec.body->template_ref);
  const std::string gist = gist_of(CycleGist{*input.board.report}, row);
  out.leaf("td", {{"role", "cell"}, {"class", "gist"}, {"title", gist}}, gist);
  write_next_event(out, row, input.now);
}

}  // namespace cr::daemon
