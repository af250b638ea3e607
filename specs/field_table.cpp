#include "specs/field_table.h"

#include <algorithm>
#include <array>

#include "specs/named_fields.h"

namespace cr::specs {
namespace {

constexpr std::array<Field, 4> kDocument{{
    {FieldId::api_version, "apiVersion", ValueType::api_version, true, "Version of this format."},
    {FieldId::kind, "kind", ValueType::kind, true, "What the document declares."},
    {FieldId::metadata, "metadata", ValueType::metadata, true, "Name, labels and annotations."},
    {FieldId::spec, "spec", ValueType::spec, true,
     "Desired state of the workspace. A field that is omitted is left alone."},
}};

constexpr std::array<Field, 4> kSetDocument{{
    {FieldId::api_version, "apiVersion", ValueType::api_version, true, "Version of this format."},
    {FieldId::kind, "kind", ValueType::kind, true, "What the document declares."},
    {FieldId::metadata, "metadata", ValueType::set_metadata, true,
     "The set's name, and labels that its workspaces have too."},
    {FieldId::spec, "spec", ValueType::set_spec, true, "For whom there are workspaces, and which."},
}};

constexpr std::array<Field, 4> kDefaultsDocument{{
    {FieldId::api_version, "apiVersion", ValueType::api_version, true, "Version of this format."},
    {FieldId::kind, "kind", ValueType::kind, true, "What the document declares."},
    {FieldId::metadata, "metadata", ValueType::defaults_metadata, true, "Name, labels and annotations."},
    {FieldId::spec, "spec", ValueType::defaults_spec, true,
     "Values for workspaces and sets in this file's directory and below that do not give them."},
}};

constexpr std::array<Field, 3> kSetMetadata{{
    {FieldId::name, "name", ValueType::set_name, true,
     "What it is called: 1 to 63 letters, digits, hyphens, dots and underscores."},
    {FieldId::labels, "labels", ValueType::labels, false,
     "Free-form key-value pairs; a set's workspaces have them too, where its template gives no other value."},
    {FieldId::annotations, "annotations", ValueType::annotations, false,
     "Free-form key-value pairs. On a set coder-reconciler/suspend leaves all its workspaces alone."},
}};

constexpr std::array<Field, 4> kSetSpec{{
    {FieldId::owners, "owners", ValueType::owners, true,
     "For whom: whoever one of list, organization and group names, but for the exceptions."},
    {FieldId::spread_autostart, "spreadAutostart", ValueType::spread, false,
     "Each owner's start is moved by a part of this span that stays the same from day to day. Default: "
     "none."},
    {FieldId::on_leave, "onLeave", ValueType::on_leave, false,
     "What becomes of the workspace of one who is no longer an owner here. Default: keep."},
    {FieldId::set_template, "template", ValueType::set_template, true, "The workspace that each owner has."},
}};

constexpr std::array<Field, 4> kOwners{{
    {FieldId::owner_list, "list", ValueType::owner_list, false, "Usernames or UUIDs."},
    {FieldId::owners_of_organization, "organization", ValueType::organization, false,
     "Every member of this organization, by its name or UUID."},
    {FieldId::owner_group, "group", ValueType::group, false,
     "Every member of this group; only licensed servers have any."},
    {FieldId::except, "except", ValueType::owner_list, false, "Usernames or UUIDs of those who have none."},
}};

constexpr std::array<Field, 2> kGroup{{
    {FieldId::owners_of_organization, "organization", ValueType::organization, true,
     "Organization that has the group, by its name or UUID."},
    {FieldId::group_name, "name", ValueType::group_name, true, "The group's name."},
}};

constexpr std::array<Field, 2> kTemplate{{
    {FieldId::metadata, "metadata", ValueType::template_metadata, true,
     "Name, labels and annotations; {owner} stands for the username."},
    {FieldId::spec, "spec", ValueType::template_spec, true,
     "Desired state of each workspace. A field that is omitted is left alone."},
}};

constexpr std::array<Field, 4> kTemplateMetadata{{
    {FieldId::name, "name", ValueType::name_template, true,
     "The workspace's name in Coder; {owner} stands for the username."},
    {FieldId::previous_names, "previousNames", ValueType::previous_name_templates, false,
     "Names that it had before; {owner} stands for the username."},
    {FieldId::labels, "labels", ValueType::label_templates, false,
     "Free-form key-value pairs, besides those of the set; {owner} stands for the username."},
    {FieldId::annotations, "annotations", ValueType::annotations, false,
     "Free-form key-value pairs; {owner} stands for the username. coder-reconciler/suspend leaves the "
     "workspaces alone."},
}};

constexpr std::array<Field, 2> kDefaultsSpec{{
    {FieldId::selector, "selector", ValueType::selector, false,
     "Only for those with these labels: key=value, key!=value, key in (a,b), key notin (a,b), key, !key, "
     "separated by commas."},
    {FieldId::default_values, "values", ValueType::default_values, true,
     "Fields of a workspace's spec, but for its owner."},
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
static_assert(kPolicy.size() <= kMaxPolicyFields);

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
std::span<const Field> set_document_fields() {
  return kSetDocument;
}
std::span<const Field> defaults_document_fields() {
  return kDefaultsDocument;
}
std::span<const Field> set_spec_fields() {
  return kSetSpec;
}
std::span<const Field> defaults_spec_fields() {
  return kDefaultsSpec;
}
std::span<const Field> shared_spec_fields() {
  static const std::vector<Field> kFields = [] {
    std::vector<Field> fields;
    for (Field field : spec_fields()) {
      if (field.id == FieldId::owner) continue;
      field.required = false;
      fields.push_back(field);
    }
    return fields;
  }();
  return kFields;
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
  switch (type) {
    case ValueType::metadata:
      return kMetadata;
    case ValueType::spec:
      return spec_fields();
    case ValueType::reconcile_policy:
      return kPolicy;
    case ValueType::retain:
      return kRetention;
    case ValueType::set_metadata:
    case ValueType::defaults_metadata:
      return kSetMetadata;
    case ValueType::set_spec:
      return kSetSpec;
    case ValueType::owners:
      return kOwners;
    case ValueType::group:
      return kGroup;
    case ValueType::set_template:
      return kTemplate;
    case ValueType::template_metadata:
      return kTemplateMetadata;
    case ValueType::template_spec:
    case ValueType::default_values:
      return shared_spec_fields();
    case ValueType::defaults_spec:
      return kDefaultsSpec;
    default:
      return {};
  }
}

std::size_t row_of(std::span<const Field> table, std::string_view key) {
  return static_cast<std::size_t>(std::ranges::find(table, key, &Field::key) - table.begin());
}

std::vector<std::string_view> keys_of(std::span<const Field> fields) {
  std::vector<std::string_view> keys;
  for (const Field& field : fields) keys.push_back(field.key);
  return keys;
}

}  // namespace cr::specs
