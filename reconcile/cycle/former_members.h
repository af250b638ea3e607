#pragma once

#include <chrono>

#include "reconcile/cycle.h"
#include "reconcile/sets/membership.h"

namespace cr::reconcile {

/// When what could not be asked is asked again.
inline constexpr std::chrono::minutes kAskFormerAgainAfter{10};

/// For a set that puts to sleep what is of no owner any more, in a process that has not seen them leave: who
/// has a workspace of the set's name and is none of its owners, and whether the audit log shows that it was
/// made for this set. Those have left, if they are no more than may leave at once; of the others it is only
/// told. Asked once for each set; after an error again ten minutes later.
[[nodiscard]] async::awaitable<void> find_former_members(Reconciler::Memory& memory,
                                                         const specs::DesiredState& documents,
                                                         sets::Membership& membership);

}  // namespace cr::reconcile
