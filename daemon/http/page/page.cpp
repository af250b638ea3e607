#include "daemon/http/page/page.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/http/page/actions.h"
#include "daemon/http/page/activity.h"
#include "daemon/http/page/alerts.h"
#include "daemon/http/page/frame.h"
#include "daemon/http/page/html_writer.h"
#include "daemon/http/page/sections.h"
#include "daemon/http/page/shares.h"
#include "daemon/http/page/times.h"
#include "daemon/http/page/trend.h"
#include "daemon/version.h"
#include "reconcile/report/set_view.h"

namespace cr::daemon {
namespace {

using reconcile::CycleReport;

std::string capitalised(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

std::string headline(const PageInput& input, const FleetCounts& counts) {
  if (!input.board.report) return "The first cycle has not finished yet";
  return capitalised(summary_line(counts));
}

/// The first thing to be read: each part of the sentence leads to its workspaces.
void write_headline(HtmlWriter& out, const PageInput& input, const FleetCounts& counts, Tone tone) {
  const auto heading = out.element("h1", {{"id", "headline"}, {"class", to_string(tone)}});
  if (!input.board.report) {
    out.text(headline(input, counts));
    return;
  }
  bool first = true;
  for (const SummaryPart& part : summary_parts(counts)) {
    if (!first) out.text("; ");
    const std::string text = first ? capitalised(part.text) : part.text;
    first = false;
    if (counts.all == 0) {
      out.text(text);
      continue;
    }
    PageQuery of_part = input.query;
    of_part.given.clear();
    of_part.given.emplace("state", to_string(part.standing));
    const bool none = counts.of(part.standing) == 0;
    out.leaf("a",
             {{"class", to_string(none ? Tone::quiet : tone_of(part.standing))},
              Attribute::href(of_part.on_page(1))},
             text);
  }
}

std::string result_in_words(const CycleReport& report) {
  switch (report.result) {
    case reconcile::CycleResult::in_sync:
      return "nothing to change";
    case reconcile::CycleResult::converged:
      return "converged";
    case reconcile::CycleResult::partial:
      return "partly converged";
    case reconcile::CycleResult::held:
      return "held, nothing changed";
    case reconcile::CycleResult::failed:
      return "failed, nothing changed";
  }
  return "";
}

void write_progress(HtmlWriter& out, const PageInput& input) {
  const auto line = out.element("p", {{"class", "progress"}});
  const CycleReport* report = input.board.report.get();
  if (report) {
    out.text("Last cycle ");
    write_ago(out, report->ended, input.now);
    out.text(fmt::format(" in {}: {}. ", took(report->duration), result_in_words(*report)));
  }
  if (!input.board.next_cycle) {
    out.text("A cycle is running now.");
  } else if (*input.board.next_cycle > input.steady) {
    out.text(fmt::format("The next one starts in {}", in_words(*input.board.next_cycle - input.steady)));
    out.leaf("span", {{"class", "aside"}}, ", or when something changes");
    out.text(".");
  } else {
    out.text("The next one is due.");
  }
}

void write_alerts(HtmlWriter& out, const PageInput& input) {
  std::size_t number = 0;
  for (const Alert& alert : alerts_of(input)) {
    const auto box = out.element("div", {{"class", fmt::format("alert {}", to_string(alert.tone))}});
    out.leaf("h2", alert.title);
    if (alert.approvable) {
      const auto& [digest, title, what] = *alert.approvable;
      write_approve_button(out, input, digest, title, what);
    }
    const auto fold =
        out.element("details", {{"id", fmt::format("alert-{}", ++number)}, {"class", "unfold"}});
    out.leaf("summary", "Details");
    out.leaf("p", alert.text);
    for (const auto& [purpose, command] : alert.commands) {
      out.leaf("p", {{"class", "purpose"}}, purpose + ":");
      write_command(out, command);
    }
  }
}

void write_fact(HtmlWriter& out, std::string_view name, std::string_view value, std::string_view more) {
  const auto fact = out.element("div");
  out.leaf("dt", name);
  const auto definition = out.element("dd");
  out.leaf("span", {{"class", "value"}}, value);
  if (!more.empty()) out.leaf("span", {{"class", "more"}}, more);
}

std::pair<std::string_view, std::string> how_it_follows(const reconcile::Following& following) {
  const std::string oldest =
      fmt::format("every workspace read within the last {}", in_words(following.oldest_read));
  switch (following.state) {
    case reconcile::feed::Trust::trusted:
      return {"followed", oldest};
    case reconcile::feed::Trust::on_probation:
      return {"on probation", following.why ? std::string(to_string(*following.why)) : oldest};
    case reconcile::feed::Trust::off:
      break;
  }
  return {"not followed", following.why ? std::string(to_string(*following.why)) : oldest};
}

void write_facts(HtmlWriter& out, const PageInput& input) {
  const Board& board = input.board;
  const auto list = out.element("dl", {{"class", "facts"}, {"id", "facts"}});
  if (board.desired) {
    const auto& revision = board.desired->revision;
    const std::string commit =
        board.commit ? fmt::format(": {} ({})", board.commit->subject, board.commit->author) : std::string{};
    write_fact(out, "Revision", revision.empty() ? "none" : std::string_view{revision}.substr(0, 12),
               revision.empty()
                   ? "the specs are not in a Git checkout"
                   : fmt::format("in force for {}{}", in_words(input.now - board.revision_since), commit));
    write_fact(out, "Specs",
               fmt::format("{} in {} {}", board.desired->specs.size(), board.desired->files,
                           board.desired->files == 1 ? "file" : "files"),
               fmt::format("read {} ago", in_words(input.now - board.specs_read)));
  }
  if (const CycleReport* report = board.report.get()) {
    if (!report->sets.empty()) {
      const std::size_t waiting = reconcile::sets_not_ready(*report);
      write_fact(out, "Sets", std::to_string(report->sets.size()),
                 waiting == 0 ? "all resolved" : fmt::format("{} not ready", waiting));
    }
    write_fact(out, "Builds in progress", std::to_string(report->builds_in_flight), "started by this daemon");
    if (report->backing_off > 0)
      write_fact(out, "Backing off", std::to_string(report->backing_off), "waiting for their next attempt");
    if (report->following) {
      const auto [value, more] = how_it_follows(*report->following);
      write_fact(out, "Audit log", value, more);
    }
    if (report->token_expires)
      write_fact(out, "Token", fmt::format("{} left", in_words(*report->token_expires - input.now)),
                 "of Coder's");
  }
  write_fact(out, "Daemon", input.ready.good ? "ready" : "not ready", version());
}

/// What the fleet's state rests on, and what comes.
void write_behind(HtmlWriter& out, const PageInput& input) {
  write_facts(out, input);
  write_forecast(out, input);
}

/// Points of the trend that are no further apart have nothing missing between them: cycles are that rare.
std::chrono::nanoseconds joined_within(const LastCycles& cycles) {
  return 2 * SyncTrend::kStretch + 3 * std::max(cycles.interval, cycles.stretched);
}

}  // namespace

std::string status_page(const PageInput& input) {
  const FleetCounts counts = input.board.report ? count_fleet(*input.board.report) : FleetCounts{};
  const Tone tone = overall_tone(input, counts);
  HtmlWriter out;
  out.doctype();
  {
    const auto html = out.element("html", {{"lang", "en"}});
    write_head(out, headline(input, counts), tone);
    const auto body = out.element("body");
    write_bar(out, Root::here(), input.coder, Link::to("#workspaces"), "Skip to the workspaces", [&] {
      out.leaf("span", {{"id", "told"}, {"role", "status"}}, "");
      write_reconcile_button(out, input);
    });
    {
      const auto main = out.element("main", {{"id", "main"}});
      write_headline(out, input, counts, tone);
      write_progress(out, input);
      write_trend(out, input.board.trend, input.now, joined_within(input.board.cycles));
      write_shares(out, shares_of(counts));
      write_alerts(out, input);
      // Whoever wants many rows at once wants them first.
      const bool rows_first = input.query.rows == RowDetail::compact;
      if (!rows_first) write_behind(out, input);
      // Who has to decide about a plan wants to see it first.
      const bool held = input.board.report && input.board.report->verdict.held;
      if (held) write_plan(out, input);
      write_workspaces(out, input, counts);
      if (!held) write_plan(out, input);
      if (rows_first) write_behind(out, input);
      write_sets(out, input, counts);
      write_activity(out, input);
      write_cycles(out, input);
      write_specs(out, input);
    }
    write_footer(out, Root::here(), [&] {
      if (!can_act(input))
        out.text(" To reconcile and approve from this page, start the daemon with --api-token-file.");
      out.text(" ");
      out.leaf("button", {{"type", "button"}, {"id", "show-keys"}, {"class", "linklike scripted"}}, "Keys");
    });
    write_dialogs(out, input);
    write_scripts(out, event_stream_of(Root::here(), input.happened));
    out.script(Asset::console_script());
  }
  return out.take() + '\n';
}

std::string status_page_policy() {
  return fmt::format(
      "default-src 'none'; style-src {} {}; script-src {} {} {}; connect-src 'self'; img-src data:; "
      "form-action "
      "'self'; "
      "base-uri 'none'; frame-ancestors 'none'",
      Asset::style().csp_source(), Asset::console_style().csp_source(), Asset::script().csp_source(),
      Asset::live().csp_source(), Asset::console_script().csp_source());
}

}  // namespace cr::daemon
