#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "reconcile/cycle/state.h"

namespace cr::reconcile {

/// Looks closer at what is declared and was not found: proves that it is absent, learns whether it was
/// deleted, and finds it under one of its previous names, where it is then taken for what is live. What must
/// not be created for that is excluded. Many at once take several cycles; whoever had no turn is looked for
/// before it is created, and where it has previous names it waits.
boost::asio::awaitable<void> look_at_absent(CycleState& state);

/// Whether what is live exists under a previous name besides: asked a few times a cycle, and seldom again.
/// For information only.
boost::asio::awaitable<void> ask_about_previous_names(CycleState& state);

/// The previous name under which another workspace exists besides; null: none that is known.
[[nodiscard]] const std::string* previous_name_in_use(const CycleState& state, const WorkspaceFacts& one);

}  // namespace cr::reconcile
