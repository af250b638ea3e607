#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "specs/diagnostic.h"
#include "specs/source_text.h"
#include "specs/yaml_document.h"

namespace cr::specs {

/// More errors of one document than this are only counted: nobody reads them, and hostile input must not fill
/// memory.
inline constexpr std::size_t kMaxErrorsPerDocument = 20;

/// Collects the errors of one document and knows where in the file they stand.
class DocumentReport {
 public:
  /// `first_line`: line of the file, from 1, at which the document's text begins. `document`: line that names
  /// the document in diagnostics, `column`: where on it. `lines` and `out` must outlive it.
  DocumentReport(std::shared_ptr<const std::string> file, const LineIndex& lines, std::uint32_t first_line,
                 std::uint32_t document, std::vector<Diagnostic>& out, std::uint32_t column = 1);
  /// Says how many errors were only counted.
  ~DocumentReport();
  DocumentReport(const DocumentReport&) = delete;
  DocumentReport& operator=(const DocumentReport&) = delete;

  void add(DiagnosticKind kind, std::uint32_t line, std::uint32_t byte, std::string field,
           std::string message, std::string remedy);
  void add(const YamlNode& node, std::string field, std::string message, std::string remedy = {}) {
    add(DiagnosticKind::schema, node.line, node.byte, std::move(field), std::move(message),
        std::move(remedy));
  }

  [[nodiscard]] std::size_t errors() const { return errors_; }
  [[nodiscard]] SourcePosition position_of(const YamlNode& node) const;
  /// Its line, as diagnostics show it.
  [[nodiscard]] std::string excerpt_of(const YamlNode& node) const;

 private:
  [[nodiscard]] SourcePosition position(std::uint32_t line, std::uint32_t byte) const;

  std::shared_ptr<const std::string> file_;
  const LineIndex& lines_;
  std::uint32_t first_line_;
  std::uint32_t document_;
  std::uint32_t column_;
  std::vector<Diagnostic>& out_;
  std::size_t errors_ = 0;
};

}  // namespace cr::specs
