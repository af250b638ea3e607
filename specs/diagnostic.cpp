#include "specs/diagnostic.h"

#include <algorithm>

#include "specs/source_text.h"
#include "specs/text/utf8.h"
#include "specs/visible.h"

namespace cr::specs {
namespace {

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !text::continues_character(c); }));
}

/// Without the first `count` characters.
std::string_view behind(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; at < text.size(); ++at)
    if (!text::continues_character(text[at]) && count-- == 0) break;
  return text.substr(at);
}

}  // namespace

std::string SourcePosition::to_string() const {
  std::string text(path());
  if (line != 0) text += ':' + std::to_string(line);
  if (line != 0 && column != 0) text += ':' + std::to_string(column);
  return text;
}

std::string_view to_string(DiagnosticKind kind) {
  switch (kind) {
    case DiagnosticKind::unreadable:
      return "unreadable";
    case DiagnosticKind::limit:
      return "limit";
    case DiagnosticKind::syntax:
      return "syntax";
    case DiagnosticKind::schema:
      return "schema";
    case DiagnosticKind::duplicate:
      return "duplicate";
  }
  return "unknown";
}

std::string render(const Diagnostic& diagnostic, bool colour) {
  const std::string_view bold = colour ? "\x1b[1m" : "";
  const std::string_view red = colour ? "\x1b[1;31m" : "";
  const std::string_view plain = colour ? "\x1b[0m" : "";
  std::string text;
  text.append(bold).append(visible(diagnostic.where.to_string())).append(":").append(plain).append(" ");
  if (!diagnostic.field.empty())
    text.append(bold).append(visible(diagnostic.field)).append(":").append(plain).append(" ");
  text += visible(diagnostic.message);
  if (!diagnostic.remedy.empty()) text += " (" + visible(diagnostic.remedy) + ')';
  text += '\n';
  if (diagnostic.excerpt.empty()) return text;
  const std::string excerpt = visible(diagnostic.excerpt);
  text += "  " + excerpt + '\n';
  if (diagnostic.where.column != 0) {
    // What is shown by more than one character moves what is behind it.
    const std::string_view rest = behind(diagnostic.excerpt, caret_indent(diagnostic.where.column));
    text.append(2 + count_characters(excerpt) - count_characters(visible(rest)), ' ');
    text.append(red).append("^").append(plain).append("\n");
  }
  return text;
}

}  // namespace cr::specs
