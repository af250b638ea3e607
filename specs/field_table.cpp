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

constexpr std::array<Field, 3> kMetadata{{
    {FieldId::name, "name", ValueType::workspace_name, true,
     "The workspace's name in Coder: 1 to 32 letters and digits, separated by single hyphens."},
    {FieldId::labels, "labels", ValueType::labels, false,
     "Free-form key-value pairs to select workspaces by; shown in the status."},
    {FieldId::annotations, "annotations", ValueType::annotations, false,
     "Free-form key-value pairs. coder-reconciler/suspend leaves the workspace alone: \"true\" or \"until "
     "2026-12-24: reason\"."},
}};

constexpr std::array<Field, 3> kPolicy{{
    {FieldId::create, "create", ValueType::boolean, false,
     "Whether the workspace may be created. Default: true."},
    {FieldId::update, "update", ValueType::boolean, false,
     "Whether an existing workspace may be changed. Default: true; false only reports drift."},
    {FieldId::modes, "fields", ValueType::field_modes, false,
     "By declared field: enforce (the default) keeps it as declared, initial gives it at creation and then "
     "leaves it "
     "to the owner, report shows drift and writes nothing."},
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

std::span<const Field> fields_of(ValueType type) {
  if (type == ValueType::metadata) return kMetadata;
  if (type == ValueType::spec) return spec_fields();
  if (type == ValueType::reconcile_policy) return kPolicy;
  return {};
}

std::vector<std::string_view> keys_of(std::span<const Field> fields) {
  std::vector<std::string_view> keys;
  for (const Field& field : fields) keys.push_back(field.key);
  return keys;
}

}  // namespace cr::specs
