#pragma once

#include "reconcile/cycle.h"

namespace cr::bench {

/// One cycle, to its end.
[[nodiscard]] reconcile::ReportPtr run_cycle(reconcile::Reconciler& reconciler,
                                             const specs::DesiredState& desired);

}  // namespace cr::bench
