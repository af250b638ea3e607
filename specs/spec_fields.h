#pragma once

#include <algorithm>
#include <array>
#include <span>

#include "specs/field_table.h"

namespace cr::specs {

/// The keys below `spec`. What is `managed` is kept as declared, by the entry of reconcile/fields/ that has
/// its key.
inline constexpr std::array<Field, 10> kSpecFields{{
    {FieldId::owner, "owner", ValueType::owner, true, "Username or UUID of the workspace's owner."},
    {FieldId::organization, "organization", ValueType::organization, false,
     "Organization's name or UUID; needed only where the template's name is not unique."},
    {FieldId::template_ref, "template", ValueType::template_name, true,
     "Template's name or UUID; applies at creation."},
    {FieldId::template_version, "templateVersion", ValueType::template_version, false,
     "Version's name or UUID; applies at creation. Default: the active version."},
    {FieldId::parameters, "parameters", ValueType::parameters, false,
     "The template's rich parameters; apply at creation, sent as text."},
    {FieldId::managed, "autostart", ValueType::schedule, false,
     "When the workspace starts automatically: [CRON_TZ=<zone> ]minute hour * * weekday; null for never."},
    {FieldId::managed, "ttl", ValueType::ttl, false,
     "Time from start to automatic stop, in whole minutes, 1m to 30d; null for no automatic stop."},
    {FieldId::managed, "automaticUpdates", ValueType::automatic_updates, false,
     "Whether starts use the template's active version."},
    {FieldId::managed, "dormant", ValueType::boolean, false, "Whether the workspace is dormant."},
    {FieldId::policy, "reconcilePolicy", ValueType::reconcile_policy, false,
     "What may be done to the workspace."},
}};

/// How many of these keys are kept as declared.
[[nodiscard]] constexpr std::size_t count_managed(std::span<const Field> fields) {
  return static_cast<std::size_t>(std::ranges::count(fields, FieldId::managed, &Field::id));
}
/// Whether one of these keys is kept as declared.
[[nodiscard]] constexpr bool is_managed(std::span<const Field> fields, std::string_view key) {
  return std::ranges::any_of(
      fields, [&](const Field& field) { return field.id == FieldId::managed && field.key == key; });
}

}  // namespace cr::specs
