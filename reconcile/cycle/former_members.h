#pragma once

#include "reconcile/cycle.h"
#include "reconcile/sets/membership.h"

namespace cr::reconcile {

/// For a set that puts to sleep what is of no owner any more, in a process that has not seen them leave: who
/// has a workspace of the set's name and is none of its owners, and whether the audit log shows that this
/// program made it with this token's user. Those have left; of the others nothing is known but that they are
/// there. Asked once for each set; what could not be asked is asked again in the next cycle.
[[nodiscard]] async::awaitable<void> find_former_members(Reconciler::Memory& memory,
                                                         const specs::DesiredState& documents,
                                                         sets::Membership& set);

}  // namespace cr::reconcile
