#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace cr::specs {

inline constexpr std::string_view kApiVersion = "coder-reconciler/v1";
inline constexpr std::string_view kWorkspaceKind = "Workspace";
inline constexpr std::string_view kListKind = "List";
/// Kubernetes' own apiVersion of a List; kApiVersion is taken as well.
inline constexpr std::string_view kListApiVersion = "v1";
inline constexpr std::string_view kReservedPrefix = "coder-reconciler/";
inline constexpr std::string_view kSuspendAnnotation = "coder-reconciler/suspend";

/// What a value has to look like. One place decides for the loader and for the JSON Schema.
enum class ValueType {
  api_version,
  kind,
  workspace_name,
  owner,             ///< username or UUID
  organization,      ///< name or UUID
  template_name,     ///< name or UUID
  template_version,  ///< version's name or UUID
  parameters,
  schedule,  ///< or null
  ttl,       ///< or null
  automatic_updates,
  boolean,
  labels,
  annotations,
  metadata,          ///< a mapping of kMetadataFields
  spec,              ///< a mapping of kSpecFields
  reconcile_policy,  ///< a mapping of kPolicyFields
  field_modes        ///< a mapping of the keys that are kept as declared to a FieldMode
};

enum class FieldId {
  api_version,
  kind,
  metadata,
  spec,
  name,
  labels,
  annotations,
  owner,
  organization,
  template_ref,
  template_version,
  parameters,
  managed,  ///< kept as declared: WorkspaceSpec::fields
  policy,
  create,
  update,
  modes
};

/// One key of the format.
struct Field {
  FieldId id;
  std::string_view key;
  ValueType type;
  bool required;
  std::string_view description;  ///< one sentence for a person at an editor
};

[[nodiscard]] std::span<const Field> document_fields();
[[nodiscard]] std::span<const Field> metadata_fields();
/// kSpecFields (specs/spec_fields.h), unless a program brings a table of its own.
[[nodiscard]] std::span<const Field> spec_fields();
[[nodiscard]] std::span<const Field> policy_fields();

/// The fields of a mapping type, or none for any other type.
[[nodiscard]] std::span<const Field> fields_of(ValueType type);

/// Whether `null` is a wish for this type.
[[nodiscard]] constexpr bool is_nullable(ValueType type) {
  return type == ValueType::schedule || type == ValueType::ttl;
}

[[nodiscard]] std::vector<std::string_view> keys_of(std::span<const Field> fields);

}  // namespace cr::specs
