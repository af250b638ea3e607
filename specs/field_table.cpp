#include "specs/field_table.h"

#include <array>

namespace cr::specs {
namespace {

constexpr std::array<Field, 4> kDocument{{
    {FieldId::api_version, "apiVersion", ValueType::api_version, true, "Version of this format."},
    {FieldId::kind, "kind", ValueType::kind, true, "What the document declares."},
    {FieldId::metadata, "metadata", ValueType::metadata, true, "Name, labels and annotations."},
    {FieldId::spec, "spec", ValueType::spec, true,
     "What the workspace should be like. A field that is left out is left alone."},
}};

constexpr std::array<Field, 3> kMetadata{{
    {FieldId::name, "name", ValueType::workspace_name, true,
     "The workspace's name in Coder: 1 to 32 letters and digits, single hyphens between them."},
    {FieldId::labels, "labels", ValueType::labels, false,
     "Free key-value pairs for selecting; shown in the status."},
    {FieldId::annotations, "annotations", ValueType::annotations, false,
     "Free key-value pairs. coder-reconciler/suspend leaves the workspace alone: \"true\" or \"until "
     "2026-12-24: reason\"."},
}};

constexpr std::array<Field, 10> kSpec{{
    {FieldId::owner, "owner", ValueType::owner, true, "Username or UUID of the workspace's owner."},
    {FieldId::organization, "organization", ValueType::organization, false,
     "Organization's name or UUID; needed only where the template's name is not unique."},
    {FieldId::template_ref, "template", ValueType::template_name, true,
     "Template's name or UUID; applies at creation."},
    {FieldId::template_version, "templateVersion", ValueType::template_version, false,
     "Version's name or UUID; applies at creation. Left out: the active version."},
    {FieldId::parameters, "parameters", ValueType::parameters, false,
     "The template's rich parameters; applied at creation, sent as text."},
    {FieldId::autostart, "autostart", ValueType::schedule, false,
     "When the workspace starts by itself: [CRON_TZ=<zone> ]minute hour * * weekday; null for never."},
    {FieldId::ttl, "ttl", ValueType::ttl, false,
     "Time from start to automatic stop, whole minutes from 1m to 30d; null for no automatic stop."},
    {FieldId::automatic_updates, "automaticUpdates", ValueType::automatic_updates, false,
     "Whether starts use the template's active version."},
    {FieldId::dormant, "dormant", ValueType::boolean, false, "Whether the workspace is dormant."},
    {FieldId::policy, "reconcilePolicy", ValueType::reconcile_policy, false,
     "What may be done to the workspace."},
}};

constexpr std::array<Field, 2> kPolicy{{
    {FieldId::create, "create", ValueType::boolean, false, "May the workspace be created? Default: true."},
    {FieldId::update, "update", ValueType::boolean, false,
     "May an existing workspace be changed? Default: true; false only reports drift."},
}};

}  // namespace

std::span<const Field> document_fields() {
  return kDocument;
}
std::span<const Field> metadata_fields() {
  return kMetadata;
}
std::span<const Field> spec_fields() {
  return kSpec;
}
std::span<const Field> policy_fields() {
  return kPolicy;
}

std::span<const Field> fields_of(ValueType type) {
  if (type == ValueType::metadata) return kMetadata;
  if (type == ValueType::spec) return kSpec;
  if (type == ValueType::reconcile_policy) return kPolicy;
  return {};
}

bool is_nullable(ValueType type) {
  return type == ValueType::schedule || type == ValueType::ttl;
}

std::vector<std::string_view> keys_of(std::span<const Field> fields) {
  std::vector<std::string_view> keys;
  for (const Field& field : fields) keys.push_back(field.key);
  return keys;
}

}  // namespace cr::specs
