#include "daemon/loop/new_drift.h"

#include <algorithm>

#include "reconcile/fields/managed_field.h"

namespace cr::daemon {

using reconcile::Reason;

bool is_mendable_drift(reconcile::Field field) {
  return field != reconcile::Field::missing && !reconcile::is_informational(field) &&
         reconcile::entry_of(field).is_drift;
}

bool is_new_drift(const specs::WorkspaceSpec& spec, const reconcile::WorkspaceStatus* before,
                  reconcile::Field field) {
  if (!before || !is_mendable_drift(field) || !(*before->spec == spec)) return false;
  const Reason reason = before->ready.reason;
  if (reason != Reason::InSync && reason != Reason::Drifted) return false;
  // Drift is as read before the cycle's actions: what is kept as declared, and is in sync, was mended by
  // them.
  const specs::DeclaredFields::Declared* declared = spec.fields.entry(reconcile::entry_of(field).key);
  const bool mended = reason == Reason::InSync && declared && declared->mode == specs::FieldMode::enforce;
  return mended ||
         std::ranges::none_of(before->drift, [&](const auto& change) { return change.field == field; });
}

}  // namespace cr::daemon
