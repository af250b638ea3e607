#include "specs/field_table.h"

#include <array>

namespace cr::specs {
namespace {

constexpr std::array<Field, 4> kDocument{{
    {FieldId::api_version, "apiVersion", ValueType::api_version, true, "Version of this format."},
    {FieldId::kind, "kind", ValueType::kind, true, "What the document declares."},
    {FieldId::metadata, "metadata", ValueType::metadata, true, "Name, labels and annotations."},
    {FieldId::spec, "spec", ValueType::spec, true,
     "Desired state of the workspace. A field that is omitted is left alone."},
}};

constexpr std::array<Field, 4> kMetadata{{
    {FieldId::name, "name", ValueType::workspace_name, true,
     "The workspace's name in Coder: 1 to 32 letters and digits, separated by single hyphens."},
    {FieldId::previous_names, "previousNames", ValueType::previous_names, false,
     "Names that it had before: found under one of them, it is renamed instead of created."},
    {FieldId::labels, "labels", ValueType::labels, false,
     "Free-form key-value pairs to select workspaces by; shown in the status."},
    {FieldId::annotations, "annotations", ValueType::annotations, false,
     "Free-form key-value pairs. coder-reconciler/suspend leaves the workspace alone: \"true\" or \"until "
     "2026-12-24: reason\"."},
}};

constexpr std::array<Field, 4> kPolicy{{
    {FieldId::create, "create", ValueType::boolean, false,
     "Whether the workspace may be created. Default: true."},
    {FieldId::update, "update", ValueType::boolean, false,
     "Whether an existing workspace may be changed. Default: true; false only reports drift."},
    {FieldId::recreate, "recreate", ValueType::recreate, false,
     "Whether a workspace that was deleted is created anew: always, unlessExpired (the default: not where "
     "Coder itself deleted it) or never."},
    {FieldId::modes, "fields", ValueType::field_modes, false,
     "By declared field: enforce (the default) keeps it as declared, initial gives it at creation and then "
     "leaves it "
     "to the owner, report shows drift and writes nothing."},
}};

constexpr std::array<Field, 3> kWindow{{
    {FieldId::from, "from", ValueType::moment, false,
     "When it begins: a time with its zone, or a date (its beginning in UTC). Default: at once."},
    {FieldId::until, "until", ValueType::moment, true,
     "When it ends, at most 30 days ahead: a time with its zone, or a date (its end in UTC)."},
    {FieldId::reason, "reason", ValueType::reason, true, "Why, for whoever reads the plan."},
}};

constexpr std::array<Field, 2> kRetention{{
    {FieldId::until, "until", ValueType::moment, true,
     "When it ends, at most 366 days ahead: a time with its zone, or a date (its end in UTC)."},
    {FieldId::reason, "reason", ValueType::reason, true, "Why, for whoever reads the plan."},
}};

}  // namespace

std::span<const Field> document_fields() {
  return kDocument;
}
std::span<const Field> metadata_fields() {
  return kMetadata;
}
std::span<const Field> policy_fields() {
  return kPolicy;
}
std::span<const Field> window_fields() {
  return kWindow;
}
std::span<const Field> retention_fields() {
  return kRetention;
}

std::span<const Field> fields_of(ValueType type) {
  if (type == ValueType::metadata) return kMetadata;
  if (type == ValueType::spec) return spec_fields();
  if (type == ValueType::reconcile_policy) return kPolicy;
  if (type == ValueType::retain) return kRetention;
  return {};
}

std::vector<std::string_view> keys_of(std::span<const Field> fields) {
  std::vector<std::string_view> keys;
  for (const Field& field : fields) keys.push_back(field.key);
  return keys;
}

}  // namespace cr::specs
