#pragma once

#include "daemon/activity/event.h"
#include "daemon/http/endpoints.h"

namespace cr::daemon {

/// That somebody has let something go, or tried to and was refused. Pure.
[[nodiscard]] Event event_of(const Approval& approval, async::WallTime at);

}  // namespace cr::daemon
