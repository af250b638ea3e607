#include "daemon/http/page/actions.h"

#include <utility>

namespace cr::daemon {
namespace {

void write_ask_dialog(HtmlWriter& out) {
  const auto dialog = out.element("dialog", {{"id", "ask"}, {"aria-labelledby", "ask-title"}});
  const auto form = out.element("form", {{"id", "ask-form"}, {"method", "dialog"}});
  out.leaf("h2", {{"id", "ask-title"}}, "");
  out.leaf("p", {{"id", "ask-text"}}, "");
  {
    const auto line = out.element("p", {{"id", "ask-digest-line"}});
    out.text("Digest ");
    out.leaf("code", {{"id", "ask-digest"}}, "");
  }
  {
    const auto field = out.element("div", {{"class", "field"}, {"id", "ask-token-field"}});
    out.leaf("label", {{"for", "ask-token"}}, "API token, as in the file of --api-token-file");
    out.single("input", {{"id", "ask-token"},
                         {"type", "password"},
                         {"autocomplete", "off"},
                         {"autocapitalize", "none"},
                         {"spellcheck", "false"}});
    out.leaf("span", {{"class", "more"}}, "Kept in this page's memory until you leave it, and nowhere else.");
  }
  out.leaf("p", {{"id", "ask-problem"}, {"class", "wrong"}, {"role", "alert"}}, "");
  const auto buttons = out.element("p", {{"class", "answers"}});
  out.leaf("button", {{"type", "submit"}, {"id", "ask-send"}}, "");
  out.leaf("button", {{"type", "button"}, {"id", "ask-cancel"}, {"class", "quiet"}}, "Cancel");
}

void write_keys_dialog(HtmlWriter& out) {
  static constexpr std::pair<std::string_view, std::string_view> kKeys[] = {
      {"/", "Search"},           {"j", "Next row"},        {"k", "Row before"},
      {"Enter", "Open the row"}, {"Esc", "Leave a field"}, {"?", "These keys"}};
  const auto dialog = out.element("dialog", {{"id", "keys"}, {"aria-labelledby", "keys-title"}});
  const auto form = out.element("form", {{"method", "dialog"}});
  out.leaf("h2", {{"id", "keys-title"}}, "Keys");
  {
    const auto list = out.element("dl", {{"class", "keys"}});
    for (const auto& [key, what] : kKeys) {
      {
        const auto term = out.element("dt");
        out.leaf("kbd", key);
      }
      out.leaf("dd", what);
    }
  }
  const auto buttons = out.element("p", {{"class", "answers"}});
  out.leaf("button", {{"type", "submit"}}, "Close");
}

}  // namespace

bool can_act(const PageInput& input) {
  return !input.way_out.api_token_file.empty();
}

void write_reconcile_button(HtmlWriter& out, const PageInput& input) {
  if (!can_act(input) && !input.local) return;
  out.leaf("button",
           {{"type", "button"}, {"id", "reconcile"}, {"class", "act scripted"}, {"data-open", input.local}},
           "Reconcile now");
}

void write_approve_button(HtmlWriter& out, const PageInput& input, std::string_view digest,
                          std::string_view title, std::string_view what) {
  if (!can_act(input)) return;
  const auto line = out.element("p", {{"class", "scripted"}});
  out.leaf("button",
           {{"type", "button"},
            {"class", "act approve"},
            {"data-digest", digest},
            {"data-title", title},
            {"data-what", what}},
           "Approve…");
}

void write_dialogs(HtmlWriter& out, const PageInput& input) {
  if (can_act(input)) {
    write_ask_dialog(out);
  }
  write_keys_dialog(out);
}

}  // namespace cr::daemon
