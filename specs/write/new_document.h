#pragma once

#include <span>
#include <string>
#include <vector>

#include "specs/declared_fields.h"
#include "specs/workspace_spec.h"

namespace cr::specs {

/// What is written of the values that a document gives, or that many have in common. What is empty is left
/// out.
struct NewValues {
  std::string organization;
  std::string template_ref;
  StringPairs parameters;  ///< sorted by name
  DeclaredFields fields;   ///< only such that stand in one scalar
  bool operator==(const NewValues&) const = default;
};

/// A `kind: Workspace` that is to be written. Names and references are such that a spec may have.
struct NewDocument {
  std::string name;
  std::string owner;
  NewValues values;
  ReconcilePolicy policy;  ///< its `create` and `update`, where one of them is not the default
  /// What defaults above it would give, as DefaultedField::field: it is said that the document has its own
  /// policy and none of the rest. Not `autostart` and `ttl`, whose `null` is a wish. Sorted, unique.
  std::vector<std::string> refused{};
  /// What a reader should know that the document does not say, each one comment. Any text.
  std::vector<std::string> remarks;
};

/// As YAML that parse() reads to the same values, whatever texts they have. Ends with a line break; without
/// `---`. Pure.
[[nodiscard]] std::string write_document(const NewDocument& document);
/// The same for several, with `---` between them.
[[nodiscard]] std::string write_documents(std::span<const NewDocument> documents);
/// A `kind: WorkspaceDefaults` with these values.
[[nodiscard]] std::string write_defaults(std::string_view name, const NewValues& values);

/// Takes out of the documents what more than half of them give alike, and at least two, and returns it: with
/// it as defaults each resolves to what it was.
///
/// A value is moved only where every document has one of its own for that key (else one that leaves it
/// unmanaged would get it), and never a `null`. The policy stays where it is: a spec that only reports does
/// so whatever becomes of the defaults' file. Pure.
[[nodiscard]] NewValues take_shared(std::span<NewDocument> documents);

}  // namespace cr::specs
