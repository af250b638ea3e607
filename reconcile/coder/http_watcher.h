#pragma once

#include <memory>

#include "reconcile/async/clock.h"
#include "reconcile/coder/caller.h"
#include "reconcile/coder/watcher.h"
#include "reconcile/http/dialer.h"

namespace cr::coder {

/// Watches over connections of its own. Caller and clock outlive it.
[[nodiscard]] std::unique_ptr<WorkspaceWatcher> http_watcher(Caller& caller, async::Clock& clock,
                                                             http::Dialer dialer);

}  // namespace cr::coder
