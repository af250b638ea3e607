#pragma once

#include "reconcile/model/condition.h"
#include "reconcile/report/report.h"

/// What "converged" means, for all who tell of it.
namespace cr::reconcile {

/// Whether nothing is left to do for a workspace: it is as declared, or left alone by order. One whose policy
/// only reports, and which differs, is not: nobody but a person will make it as declared.
[[nodiscard]] bool is_settled(Reason reason);

/// Whether the revision in force is live: everything could be read, and nobody waits for anything.
[[nodiscard]] bool is_wholly_converged(const CycleReport& report);

}  // namespace cr::reconcile
