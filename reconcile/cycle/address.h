#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>

#include "reconcile/coder/api_error.h"
#include "reconcile/cycle/state.h"

namespace cr::reconcile {

/// Why nothing can be read or written at Coder's URL although it answers: it says of itself that it is a
/// workspace proxy. Asked at first use, and again after a cycle in which nothing that answered was Coder's
/// API; costs nothing otherwise.
[[nodiscard]] async::awaitable<std::optional<coder::ApiError>> check_address(CycleState& state);

}  // namespace cr::reconcile
