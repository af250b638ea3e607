#include "specs/diagnostic.h"

#include "specs/source_text.h"

namespace cr::specs {

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
  text.append(bold).append(diagnostic.where.to_string()).append(":").append(plain).append(" ");
  if (!diagnostic.field.empty())
    text.append(bold).append(diagnostic.field).append(":").append(plain).append(" ");
  text += diagnostic.message;
  if (!diagnostic.remedy.empty()) text += " (" + diagnostic.remedy + ')';
  text += '\n';
  if (diagnostic.excerpt.empty()) return text;
  text += "  " + diagnostic.excerpt + '\n';
  if (diagnostic.where.column != 0) {
    text.append(2 + caret_indent(diagnostic.where.column), ' ');
    text.append(red).append("^").append(plain).append("\n");
  }
  return text;
}

}  // namespace cr::specs
