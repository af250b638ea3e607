#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace cr::specs {

inline constexpr std::string_view kApiVersion = "coder-reconciler/v1";
inline constexpr std::string_view kWorkspaceKind = "Workspace";
inline constexpr std::string_view kSetKind = "WorkspaceSet";
inline constexpr std::string_view kDefaultsKind = "WorkspaceDefaults";
inline constexpr std::string_view kListKind = "List";
/// Kubernetes' own apiVersion of a List; kApiVersion is taken as well.
inline constexpr std::string_view kListApiVersion = "v1";
inline constexpr std::string_view kReservedPrefix = "coder-reconciler/";
/// Of DeclaredFields: the name itself, which is kept where a spec tells previous ones.
inline constexpr std::string_view kNameKey = "name";
/// How what stands in the policy is called in messages and in DefaultedField::field, before its key.
inline constexpr std::string_view kPolicyPath = "reconcilePolicy.";
inline constexpr std::string_view kModesPath = "reconcilePolicy.fields.";
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
  preset,          ///< a preset's name, which may be any text
  keep_awake,      ///< a list of mappings of kWindowFields
  retain,          ///< a mapping of kRetentionFields
  moment,          ///< a time with its zone, or a date
  reason,          ///< any text but an empty one
  recreate,        ///< a Recreate
  previous_names,  ///< a list of workspace names
  labels,
  annotations,
  metadata,          ///< a mapping of kMetadataFields
  spec,              ///< a mapping of kSpecFields
  reconcile_policy,  ///< a mapping of kPolicyFields
  field_modes,       ///< a mapping of the keys that are kept as declared to a FieldMode

  // Of a WorkspaceSet. Texts in which kOwnerPlaceholder may stand are types of their own.
  set_name,
  set_metadata,       ///< a mapping of set_metadata_fields()
  set_spec,           ///< a mapping of set_spec_fields()
  owners,             ///< a mapping of owners_fields()
  owner_list,         ///< a list of usernames and UUIDs
  group,              ///< a mapping of group_fields()
  group_name,         ///< any text but an empty one
  spread,             ///< a duration of whole minutes, less than a day
  on_leave,           ///< an OnLeave
  set_template,       ///< a mapping of template_fields()
  template_metadata,  ///< a mapping of template_metadata_fields()
  template_spec,      ///< a mapping of shared_spec_fields()
  name_template,
  previous_name_templates,
  label_templates,

  // Of WorkspaceDefaults.
  defaults_metadata,  ///< a mapping of set_metadata_fields(), too
  defaults_spec,      ///< a mapping of defaults_spec_fields()
  selector,           ///< of labels
  default_values      ///< a mapping of shared_spec_fields()
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
  managed,    ///< kept as declared: WorkspaceSpec::fields
  exception,  ///< likewise, and has no mode
  policy,
  create,
  update,
  modes,
  recreate,
  previous_names,
  preset,
  from,
  until,
  reason,
  owners,
  owner_list,
  owners_of_organization,
  owner_group,
  group_name,
  except,
  spread_autostart,
  on_leave,
  set_template,
  selector,
  default_values
};

/// One key of the format.
struct Field {
  FieldId id;
  std::string_view key;
  ValueType type;
  bool required;
  std::string_view description;  ///< one sentence for a person at an editor
};

/// Of a Workspace.
[[nodiscard]] std::span<const Field> document_fields();
[[nodiscard]] std::span<const Field> set_document_fields();
[[nodiscard]] std::span<const Field> defaults_document_fields();
[[nodiscard]] std::span<const Field> metadata_fields();
/// kSpecFields (specs/spec_fields.h), unless a program brings a table of its own.
[[nodiscard]] std::span<const Field> spec_fields();
/// What many workspaces may have in common: spec_fields() but for the owner, none of them required.
[[nodiscard]] std::span<const Field> shared_spec_fields();
[[nodiscard]] std::span<const Field> set_spec_fields();
[[nodiscard]] std::span<const Field> defaults_spec_fields();
[[nodiscard]] std::span<const Field> policy_fields();
/// Of one entry of keepAwake.
[[nodiscard]] std::span<const Field> window_fields();
[[nodiscard]] std::span<const Field> retention_fields();

/// The fields of a mapping type, or none for any other type.
[[nodiscard]] std::span<const Field> fields_of(ValueType type);

/// Whether `null` is a wish for this type, and not just another way to leave the field out.
[[nodiscard]] constexpr bool is_nullable(ValueType type) {
  return type == ValueType::schedule || type == ValueType::ttl;
}

/// The row that has this key, which is unique where ids are not; table.size(): none.
[[nodiscard]] std::size_t row_of(std::span<const Field> table, std::string_view key);
[[nodiscard]] std::vector<std::string_view> keys_of(std::span<const Field> fields);

}  // namespace cr::specs
