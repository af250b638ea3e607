#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cr::specs {

/// Where something stands in what the user wrote. Lines and columns count from 1; 0 means "the whole file".
/// The path is shared: thousands of positions of one file cost one string.
struct SourcePosition {
  std::shared_ptr<const std::string> file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  [[nodiscard]] std::string_view path() const { return file ? std::string_view{*file} : std::string_view{}; }
  /// "team.yaml:14:9", without the parts that are 0.
  [[nodiscard]] std::string to_string() const;
  friend bool operator==(const SourcePosition& a, const SourcePosition& b) {
    return a.path() == b.path() && a.line == b.line && a.column == b.column;
  }
};

enum class DiagnosticKind {
  unreadable,  ///< the file could not be read
  limit,       ///< refused by a limit against hostile input
  syntax,      ///< no YAML
  schema,      ///< a key, type, value or range that the format does not allow
  duplicate,   ///< two documents declare one workspace
};

[[nodiscard]] std::string_view to_string(DiagnosticKind kind);

/// One error that a person can act on. A value: rendering is separate, so that text and JSON say the same.
struct Diagnostic {
  DiagnosticKind kind = DiagnosticKind::schema;
  SourcePosition where;
  std::string field;  ///< path within the document, e.g. `spec.ttl`; empty if it concerns the whole document
  std::string message;  ///< what is wrong, naming the offending value
  std::string remedy;   ///< what to write instead; may hold a "did you mean …?"
  std::string excerpt;  ///< the offending source line, cut to a sane length, without hidden characters
  /// Line at which the document begins that this concerns, or 0 for the whole file: (file, document,
  /// document_column) tells one left-out document from another.
  std::uint32_t document = 0;
  std::uint32_t document_column = 0;  ///< where on that line: list items may share one

  bool operator==(const Diagnostic&) const = default;
};

/// `file:line:column: field: message (remedy)`, then the line and a caret, all of it visible. Ends with a
/// newline.
[[nodiscard]] std::string render(const Diagnostic& diagnostic, bool colour = false);

}  // namespace cr::specs
