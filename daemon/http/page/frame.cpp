#include "daemon/http/page/frame.h"

#include <fmt/format.h>

namespace cr::daemon {
namespace {

const Asset& icon_of(Tone tone) {
  switch (tone) {
    case Tone::good:
    case Tone::quiet:
      return Asset::icon_good();
    case Tone::busy:
      return Asset::icon_busy();
    case Tone::warn:
    case Tone::bad:
      return Asset::icon_bad();
  }
  return Asset::icon_bad();
}

}  // namespace

void write_head(HtmlWriter& out, std::string_view title, Tone tone) {
  const auto head = out.element("head");
  out.single("meta", {{"charset", "utf-8"}});
  out.leaf("title", fmt::format("{} · coder-reconciler", title));
  out.single("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
  out.single("meta", {{"name", "color-scheme"}, {"content", "light dark"}});
  out.single("meta", {{"name", "robots"}, {"content", "noindex"}});
  out.single("link", {{"rel", "icon"}, Attribute::href(Link::picture(icon_of(tone)))});
  out.style(Asset::style());
  out.style(Asset::console_style());
}

void write_bar(HtmlWriter& out, const Root& root, const CoderLinks& coder, const Link& skip_to,
               std::string_view skip_name, const std::function<void()>& actions) {
  out.leaf("a", {{"class", "skip"}, Attribute::href(skip_to)}, skip_name);
  const auto header = out.element("header", {{"class", "bar"}});
  out.leaf("p", {{"class", "brand"}}, "coder-reconciler");
  if (const auto home = coder.home()) {
    const auto line = out.element("p", {{"class", "where"}});
    out.text("keeps the workspaces of ");
    out.leaf("a", {Attribute::href(*home), {"rel", "noreferrer"}}, coder.host());
  }
  {
    const auto pages = out.element("nav", {{"class", "pages"}, {"aria-label", "Pages"}});
    out.leaf("a", {Attribute::href(root.home())}, "Status");
    out.text(" ");
    out.leaf("a", {Attribute::href(root.to("activity"))}, "Activity");
  }
  const auto follow = out.element("p", {{"class", "follow scripted"}});
  out.leaf("span", {{"id", "contact"}, {"role", "status"}}, "");
  if (actions) actions();
  out.leaf("button",
           {{"type", "button"},
            {"id", "pause"},
            {"aria-pressed", "false"},
            {"title", "Stop following the daemon"}},
           "Pause");
}

void write_footer(HtmlWriter& out, const Root& root, const std::function<void()>& more) {
  const auto footer = out.element("footer");
  out.text("For programs: ");
  out.leaf("a", {Attribute::href(root.to("api/v1/summary"))}, "summary");
  out.text(", ");
  out.leaf("a", {Attribute::href(root.to("api/v1/workspaces"))}, "workspaces");
  out.text(", ");
  out.leaf("a", {Attribute::href(root.to("api/v1/plan"))}, "plan");
  out.text(", ");
  out.leaf("a", {Attribute::href(root.to("api/v1/forecast"))}, "forecast");
  out.text(", ");
  out.leaf("a", {Attribute::href(root.to("api/v1/events"))}, "events");
  out.text(", ");
  out.leaf("a", {Attribute::href(root.to("metrics"))}, "metrics");
  out.text(". Times are UTC.");
  if (more) more();
}

void write_scripts(HtmlWriter& out, const Link& events) {
  out.leaf("p", {{"id", "news"}, {"class", "unseen"}, {"role", "status"}, Attribute::data_events(events)},
           "");
  out.script(Asset::script());
  out.script(Asset::live());
}

}  // namespace cr::daemon
