#pragma once

#include <algorithm>
#include <array>
#include <span>

#include "specs/field_table.h"

namespace cr::specs {

/// The keys below `spec`. What is `managed` is kept as declared, by the entry of reconcile/fields/ that has
/// its key.
inline constexpr std::array<Field, 14> kSpecFields{{
    {FieldId::owner, "owner", ValueType::owner, true, "Username or UUID of the workspace's owner."},
    {FieldId::organization, "organization", ValueType::organization, false,
     "Organization's name or UUID; needed only where the template's name is not unique."},
    {FieldId::template_ref, "template", ValueType::template_name, false,
     "Template's name or UUID, here or from defaults; applies at creation."},
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
    {FieldId::preset, "preset", ValueType::preset, false,
     "The template's preset, by name; applies at creation, and may claim a prebuilt workspace."},
    {FieldId::managed, "favorite", ValueType::boolean, false,
     "Whether it is in its owner's list of favorites; kept only where the owner's own token is known."},
    {FieldId::exception, "keepAwake", ValueType::keep_awake, false,
     "Times in which it is not stopped while it runs, each with an end and a reason."},
    {FieldId::exception, "retain", ValueType::retain, false,
     "Until when it does not become dormant for want of use; has to be allowed in the settings."},
    {FieldId::policy, "reconcilePolicy", ValueType::reconcile_policy, false,
     "What may be done to the workspace."},
}};

/// Whether it is kept as declared.
[[nodiscard]] constexpr bool is_kept(const Field& field) {
  return field.id == FieldId::managed || field.id == FieldId::exception;
}
/// How many of these keys are kept as declared.
[[nodiscard]] constexpr std::size_t count_managed(std::span<const Field> fields) {
  return static_cast<std::size_t>(std::ranges::count_if(fields, is_kept));
}
/// Whether one of these keys is kept as declared.
[[nodiscard]] constexpr bool is_managed(std::span<const Field> fields, std::string_view key) {
  return std::ranges::any_of(fields, [&](const Field& field) { return is_kept(field) && field.key == key; });
}
/// Whether one of these keys has a mode.
[[nodiscard]] constexpr bool has_mode(std::span<const Field> fields, std::string_view key) {
  return std::ranges::any_of(
      fields, [&](const Field& field) { return field.id == FieldId::managed && field.key == key; });
}

}  // namespace cr::specs
