#pragma once

#include <string>
#include <string_view>

#include "specs/decode/document_report.h"
#include "specs/field_table.h"
#include "specs/yaml_document.h"

namespace cr::specs {

/// What a document declares, as far as it says so.
enum class DocumentKind { workspace, set, defaults };

/// By its `kind`, a misspelt one too; what says nothing that is near is taken for a workspace. `root`: a
/// mapping or not.
[[nodiscard]] DocumentKind kind_of_document(const YamlNode& root);

/// Whether `apiVersion` names another program's format, and not ours with a slip in it.
[[nodiscard]] bool is_foreign_document(const YamlNode& root);

/// Whether an invalid document may be meant as defaults, whatever is misspelt or missing in it: by its kind,
/// by what only defaults have, or because nothing says that it is something else.
[[nodiscard]] bool may_be_defaults(const YamlNode& root);
/// Whether a text says so in words, however misspelt or encoded: `WorkspaceDefault`, `workspacedefaults`.
/// What else somebody may have for another program does not.
[[nodiscard]] bool speaks_of_defaults(std::string_view text);
/// The same of a text that cannot be parsed: whether any of it may be.
[[nodiscard]] bool may_hold_defaults(std::string_view text);

/// Whether the rest is worth looking at: a mapping, of this apiVersion and kind, as far as it names them.
/// What says that it is something else altogether gets no further errors.
[[nodiscard]] bool check_type(const YamlNode& root, const std::string& path, DocumentReport& report);

/// "it belongs in spec": the usual slip of indentation. Empty where no mapping of such a document has the
/// key.
[[nodiscard]] std::string place_elsewhere(std::string_view key, DocumentKind kind,
                                          std::span<const Field> tried);

/// The text of a key; empty where there is none.
[[nodiscard]] std::string_view text_at(const YamlNode& root, std::string_view key);
/// The text of `parent.key`; empty where there is none.
[[nodiscard]] std::string_view text_at(const YamlNode& root, std::string_view parent, std::string_view key);

}  // namespace cr::specs
