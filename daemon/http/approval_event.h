#pragma once

#include "daemon/activity/event.h"
#include "daemon/http/endpoints.h"

namespace cr::daemon {

/// That somebody has let something go, or tried to and was refused; `only_counted` were refused before and
/// have no event of their own. Pure.
[[nodiscard]] Event event_of(const Approval& approval, std::size_t only_counted, async::WallTime at);

}  // namespace cr::daemon
