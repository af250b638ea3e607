#include "specs/decode/document_report.h"

#include <fmt/format.h>

namespace cr::specs {

DocumentReport::DocumentReport(std::shared_ptr<const std::string> file, const LineIndex& lines,
                               std::uint32_t first_line, std::uint32_t document, std::vector<Diagnostic>& out,
                               std::uint32_t column)
    : file_(std::move(file)),
      lines_(lines),
      first_line_(first_line),
      document_(document),
      column_(column),
      out_(out) {}

DocumentReport::~DocumentReport() {
  if (errors_ <= kMaxErrorsPerDocument) return;
  Diagnostic& last = out_.back();
  last.remedy += last.remedy.empty() ? "" : "; ";
  last.remedy += fmt::format("{} more errors in this document", errors_ - kMaxErrorsPerDocument);
}

SourcePosition DocumentReport::position(std::uint32_t line, std::uint32_t byte) const {
  const std::uint32_t number = first_line_ + line;
  return {file_, number, lines_.column_of(number, byte)};
}

SourcePosition DocumentReport::position_of(const YamlNode& node) const {
  return position(node.line, node.byte);
}

std::string DocumentReport::excerpt_of(const YamlNode& node) const {
  const SourcePosition where = position_of(node);
  return make_excerpt(lines_.line(where.line), where.column);
}

void DocumentReport::add(DiagnosticKind kind, std::uint32_t line, std::uint32_t byte, std::string field,
                         std::string message, std::string remedy) {
  if (++errors_ > kMaxErrorsPerDocument) return;
  Diagnostic& diagnostic = out_.emplace_back();
  diagnostic.kind = kind;
  diagnostic.where = position(line, byte);
  diagnostic.document = document_;
  diagnostic.document_column = column_;
  while (field.ends_with('.')) field.pop_back();
  diagnostic.field = std::move(field);
  diagnostic.message = std::move(message);
  diagnostic.remedy = std::move(remedy);
  diagnostic.excerpt = make_excerpt(lines_.line(diagnostic.where.line), diagnostic.where.column);
}

}  // namespace cr::specs
