#pragma once

#include <string>
#include <vector>

#include "reconcile/async/clock.h"
#include "reconcile/coder/api.h"
#include "reconcile/model/live_workspace.h"
#include "reconcile/read/read_observer.h"

namespace cr::reconcile {

/// All workspaces of these owners (usernames); of nobody in particular: all that there are.
///
/// Every one of them, or an error: what is read has been counted, and Coder's own count is the same. A list
/// that changes while it is read is read again, a few times. At most two requests at a time. Whenever an
/// answer brought something the observer is told. Throws only operation_aborted.
[[nodiscard]] async::awaitable<coder::ApiResult<std::vector<LiveWorkspace>>> read_fleet(
    coder::CoderReader& reader, const std::vector<std::string>& owners, ReadObserver& observer);

}  // namespace cr::reconcile
