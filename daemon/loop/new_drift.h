#pragma once

#include "reconcile/report/rows.h"

namespace cr::daemon {

/// Whether a live value that differs from this spec does so because somebody has changed it since the row
/// before: it was as declared then, by the same spec. Of what a write cannot mend, and of a workspace that
/// was not known, it is not.
[[nodiscard]] bool is_new_drift(const specs::WorkspaceSpec& spec, const reconcile::WorkspaceStatus* before,
                                reconcile::Field field);

/// Whether a difference in this field is something that a person may have set, and that a write mends.
[[nodiscard]] bool is_mendable_drift(reconcile::Field field);

}  // namespace cr::daemon
