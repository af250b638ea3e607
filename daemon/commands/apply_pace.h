#pragma once

#include <chrono>
#include <optional>

#include "daemon/exit_code.h"
#include "reconcile/report/report.h"

namespace cr::daemon {

/// Whether `apply` has something left to do now, and if so, how long to wait before it looks again; nothing
/// when it is done. The cycle that writes also reads back what Coder kept, so a write alone leaves nothing.
/// Left to do are: proving what could not be read back; a build slot that a create or a first build waits
/// for; a stop that dormancy waits for; with Builds::must_have_ended the first builds of what was created;
/// what could not be read or written while Coder was away. What waits for a person is not, nor what Coder
/// itself refuses or fails at: another run will see it.
[[nodiscard]] std::optional<std::chrono::nanoseconds> next_apply_cycle(const reconcile::CycleReport& report,
                                                                       Builds builds);

}  // namespace cr::daemon
