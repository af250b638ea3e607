#include "daemon/http/page/row_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "daemon/http/page/times.h"

namespace cr::daemon {
namespace {

using reconcile::Reason;

/// Text with `code` marked as Markdown does.
void write_marked(HtmlWriter& out, std::string_view text) {
  bool code = false;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find('`'));
    if (code) out.leaf("code", part);
    if (!code) out.text(part);
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    code = !code;
  }
}

/// The last failed call, with what finds it in Coder's logs.
void write_error(HtmlWriter& out, const coder::ApiError& error) {
  const auto box = out.element("p", {{"class", "error"}});
  out.leaf("span", {{"class", "more"}}, "Last error");
  std::string text = error.method.empty() ? "" : fmt::format("{} {}: ", error.method, error.path);
  if (error.status != 0) text += fmt::format("{} ", error.status);
  text += error.message;
  if (!error.detail.empty()) text += fmt::format(" ({})", error.detail);
  for (const coder::Validation& validation : error.validations)
    text += fmt::format("; {}: {}", validation.field, validation.detail);
  out.text(text);
  if (!error.request_id.empty()) {
    out.text(" ");
    out.leaf("code", {{"class", "request"}, {"title", "Coder's request id: finds the call in its logs"}},
             error.request_id);
  }
}

/// Whether the condition's message quotes the error, as it often does.
bool quotes(std::string_view message, const coder::ApiError& error) {
  return message.find(error.message) != std::string_view::npos;
}

}  // namespace

void write_live_text(HtmlWriter& out, const FieldLine& line) {
  switch (line.match) {
    case FieldMatch::same:
      return out.text("as declared");
    case FieldMatch::differs:
      return out.leaf("b", line.live);
    case FieldMatch::at_birth:
      out.leaf("b", line.live);
      return out.leaf("span", {{"class", "more"}}, "applies only at creation");
    case FieldMatch::absent:
      return out.text("does not exist");
    case FieldMatch::unread:
      return out.text("unknown");
  }
}

std::string_view class_of_live(FieldMatch match) {
  switch (match) {
    case FieldMatch::same:
      return "same";
    case FieldMatch::differs:
    case FieldMatch::at_birth:
      return "differs";
    case FieldMatch::absent:
    case FieldMatch::unread:
      break;
  }
  return "unread";
}

void write_live(HtmlWriter& out, const FieldLine& line) {
  const auto cell = out.element("td", {{"class", class_of_live(line.match)}});
  write_live_text(out, line);
}

void write_notes(HtmlWriter& out, const reconcile::WorkspaceStatus& row, async::WallTime now) {
  if (row.next_try) {
    const auto line = out.element("p", {{"class", "more"}});
    out.text(*row.next_try > now ? fmt::format("Next attempt in {}.", in_words(*row.next_try - now))
                                 : std::string{"Retried in the next cycle."});
  }
  if (row.last_error && !quotes(row.ready.message, *row.last_error)) {
    write_error(out, *row.last_error);
  } else if (row.last_error && !row.last_error->request_id.empty()) {
    const auto line = out.element("p", {{"class", "more"}});
    out.text("Coder's request id: ");
    out.leaf("code", {{"class", "request"}}, row.last_error->request_id);
  }
  for (const reconcile::RemarkNote& note : row.remarks) {
    const auto line = out.element("p", {{"class", "remark"}});
    out.leaf("b", reconcile::to_string(note.remark));
    out.text(" " + note.message);
  }
}

void write_guidance(HtmlWriter& out, Reason reason, std::string_view id) {
  const reconcile::Guidance& guidance = reconcile::guidance_of(reason);
  const auto box = out.element("details", {{"id", fmt::format("{}-about", id)}, {"class", "about"}});
  out.leaf("summary", fmt::format("About {}", reconcile::to_string(reason)));
  const auto list = out.element("dl");
  const auto add = [&](std::string_view what, std::string_view text) {
    if (text.empty()) return;
    out.leaf("dt", what);
    const auto definition = out.element("dd");
    write_marked(out, text);
  };
  add("What it means", guidance.meaning);
  add("What to do", guidance.what_to_do);
  add("When it ends", guidance.ends);
}

}  // namespace cr::daemon
