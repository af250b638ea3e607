#include "daemon/http/page/activity.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>
#include <vector>

#include "daemon/http/page/frame.h"
#include "daemon/http/page/sections.h"
#include "daemon/http/page/times.h"
#include "daemon/text/counted.h"
#include "reconcile/model/condition.h"

namespace cr::daemon {
namespace {

using Pairs = std::vector<std::pair<std::string_view, std::string>>;

constexpr std::size_t kOnStatusPage = 20;
constexpr std::size_t kOnAPage = 100;
constexpr std::chrono::milliseconds kWorthATime{100};  ///< what took less took no time, for people

Tone tone_of_reason(std::string_view word) {
  for (const reconcile::Reason reason : reconcile::all_reasons()) {
    if (reconcile::to_string(reason) == word) return tone_of(standing_of(reason));
  }
  return Tone::quiet;  // of a set
}

Tone tone_of(const Event& event) {
  if (event.result == "failed" || event.result == "unreadable") return Tone::bad;
  switch (event.kind) {
    case EventKind::action:
    case EventKind::build:
      return event.result == "success" ? Tone::good : Tone::quiet;
    case EventKind::transition:
      return tone_of_reason(event.to);
    case EventKind::drift:
    case EventKind::held:
    case EventKind::refusal:
      return Tone::warn;
    case EventKind::approval:
    case EventKind::cycle:
      return Tone::good;
    case EventKind::specs:
      return event.result == "readable" ? Tone::good : Tone::quiet;
  }
  return Tone::quiet;
}

/// What the chip says: how an action ended, else the kind.
std::string_view chip_of(const Event& event) {
  if (event.kind == EventKind::action || event.kind == EventKind::build) {
    if (event.result == "success") return "done";
    return event.result;
  }
  return to_string(event.kind);
}

std::string who_of(const Event& event) {
  if (event.by.empty()) return {};
  switch (event.kind) {
    case EventKind::approval:
    case EventKind::refusal:
      return "from " + event.by;
    case EventKind::action:
      return fmt::format("{} was set by {}", event.from.empty() ? "it" : event.from, event.by);
    default:
      return "set by " + event.by;
  }
}

void write_subject(HtmlWriter& out, const Event& event, const Root& root, bool named) {
  if (event.count > 1) {
    out.leaf("b", fmt::format("{} more alike", event.count));
    out.text(" ");
  }
  if (!event.workspace.name.empty() && named) {
    out.leaf(
        "a",
        {{"class", "name"}, Attribute::href(root.workspace(event.workspace.owner, event.workspace.name))},
        event.workspace.to_string());
    out.text(" ");
  } else if (!event.set.empty()) {
    out.text("set ");
    out.leaf("b", event.set);
    out.text(" ");
  }
}

void write_rest(HtmlWriter& out, const Event& event) {
  const std::string who = who_of(event);
  const bool any = !who.empty() || !event.text.empty() || !event.digest.empty() || !event.request_id.empty();
  if (!any) return;
  const auto line = out.element("span", {{"class", "more"}});
  std::string_view between;
  const auto next = [&] {
    out.text(between);
    between = " · ";
  };
  if (!who.empty()) {
    next();
    out.text(who);
  }
  if (!event.text.empty()) {
    next();
    out.text(event.text);
  }
  if (!event.digest.empty()) {
    next();
    out.text("digest ");
    out.leaf("code", event.digest);
  }
  if (event.kind == EventKind::action && event.duration && *event.duration >= kWorthATime) {
    next();
    out.text("took " + took(*event.duration));
  }
  if (!event.request_id.empty()) {
    next();
    out.leaf("code", {{"class", "request"}, {"title", "Coder's request id: finds the call in its logs"}},
             event.request_id);
  }
}

void write_event(HtmlWriter& out, const Event& event, const Root& root, bool named, async::WallTime now) {
  const auto item = out.element("li", {{"id", fmt::format("e-{}", event.number)}});
  out.leaf("time", {{"datetime", as_utc(event.at)}, {"title", as_utc(event.at)}}, clock_time(event.at, now));
  {
    const auto cell = out.element("span", {{"class", "how"}});
    out.leaf("span", {{"class", fmt::format("chip {}", to_string(tone_of(event)))}}, chip_of(event));
  }
  const auto cell = out.element("div");
  write_subject(out, event, root, named);
  out.text(in_words(event));
  write_rest(out, event);
}

/// What the URL of this view has, but for the place in it.
Pairs parameters_of(const EventQuery& query) {
  std::string kinds;
  for (const EventKind kind : query.filter.kinds) (kinds += kinds.empty() ? "" : ",") += to_string(kind);
  return {{"workspace", query.filter.workspace ? query.filter.workspace->to_string() : ""},
          {"kind", std::move(kinds)}};
}

void write_filter_form(HtmlWriter& out, const EventQuery& query) {
  const auto form = out.element(
      "form", {{"id", "event-filters"}, {"class", "filters"}, {"method", "get"}, {"role", "search"}});
  {
    const auto field = out.element("div", {{"class", "field q"}});
    out.leaf("label", {{"for", "f-workspace"}}, "Workspace");
    out.single("input", {{"id", "f-workspace"},
                         {"name", "workspace"},
                         {"type", "search"},
                         {"placeholder", "alice/api-dev"},
                         {"value", query.filter.workspace ? query.filter.workspace->to_string() : ""}});
  }
  {
    const auto field = out.element("div", {{"class", "field"}});
    out.leaf("label", {{"for", "f-kind"}}, "Kind");
    const auto select = out.element("select", {{"id", "f-kind"}, {"name", "kind"}});
    out.leaf("option", {{"value", ""}}, "all");
    for (const EventKind kind : all_event_kinds()) {
      const bool chosen = query.filter.kinds.size() == 1 && query.filter.kinds.front() == kind;
      out.leaf("option", {{"value", to_string(kind)}, {"selected", chosen}}, to_string(kind));
    }
  }
  const auto buttons = out.element("div", {{"class", "field apply"}});
  out.leaf("button", {{"type", "submit"}}, "Filter");
}

void write_bounds(HtmlWriter& out, const Happened& happened) {
  const auto line = out.element("p", {{"class", "progress"}});
  if (happened.newest == 0) {
    out.text("Nothing has happened since this process began.");
    return;
  }
  out.text(fmt::format("{} since this process began", counted(happened.newest, "event")));
  if (happened.oldest > 1)
    out.text(fmt::format("; the {} oldest are not kept any more: see the log", happened.oldest - 1));
  out.text(".");
}

}  // namespace

Link event_stream_of(const Root& root, const Happened& happened) {
  const Pairs place{{"since", std::to_string(happened.newest)}, {"epoch", happened.epoch}};
  return root.to("api/v1/events/stream", place);
}

void write_events(HtmlWriter& out, std::span<const EventPtr> events, const Root& root, bool named,
                  async::WallTime now) {
  if (events.empty()) return;
  const auto list = out.element("ol", {{"class", "events"}});
  for (auto event = events.rbegin(); event != events.rend(); ++event)
    write_event(out, **event, root, named, now);
}

void write_activity(HtmlWriter& out, const PageInput& input) {
  EventQuery query;
  query.limit = kOnStatusPage;
  const EventPage page = page_of(input.happened, query);
  if (page.events.empty()) return;
  const auto section = out.element("section", {{"id", "activity"}, {"aria-labelledby", "activity-title"}});
  out.leaf("h2", {{"id", "activity-title"}}, "Activity");
  write_events(out, page.events, Root::here(), true, input.now);
  const auto line = out.element("p", {{"class", "further"}});
  out.leaf("a", {Attribute::href(Root::here().to("activity"))},
           page.more ? "Older events, and filters" : "Filters");
}

EventQuery parse_activity_query(const QueryParameters& parameters) {
  EventQuery query = parse_event_query(parameters, {"before", "workspace", "kind"});
  query.limit = kOnAPage;
  return query;
}

std::string activity_page(const PageInput& input, const EventQuery& query) {
  const Root root = Root::here();
  HtmlWriter out;
  out.doctype();
  {
    const auto html = out.element("html", {{"lang", "en"}});
    write_head(out, "Activity", Tone::quiet);
    const auto body = out.element("body");
    write_bar(out, root, input.coder, Link::to("#events"), "Skip to the events");
    {
      const auto main = out.element("main", {{"id", "main"}});
      out.leaf("h1", {{"id", "headline"}}, "Activity");
      write_bounds(out, input.happened);
      write_filter_form(out, query);
      if (!query.problem.empty())
        out.leaf("p", {{"class", "alert warn problem"}, {"role", "alert"}},
                 "Filter ignored: " + query.problem);
      const auto section =
          out.element("section", {{"id", "events"}, {"tabindex", "-1"}, {"aria-label", "Events"}});
      const EventPage page = page_of(input.happened, query);
      if (page.events.empty()) out.leaf("p", {{"class", "empty"}}, "None match.");
      write_events(out, page.events, root, true, input.now);
      const auto line = out.element("p", {{"class", "further"}});
      if (query.before) {
        out.leaf("a", {Attribute::href(root.to("activity", parameters_of(query)))}, "Newest");
        out.text(" ");
      }
      if (page.more) {
        Pairs older = parameters_of(query);
        older.emplace_back("before", std::to_string(page.events.front()->number));
        out.leaf("a", {{"rel", "next"}, Attribute::href(root.to("activity", older))}, "Older");
      }
    }
    write_footer(out, root);
    write_scripts(out, event_stream_of(root, input.happened));
  }
  return out.take() + '\n';
}

}  // namespace cr::daemon
