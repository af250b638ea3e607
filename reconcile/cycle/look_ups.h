#pragma once

#include <vector>

#include "reconcile/async/clock.h"
#include "reconcile/coder/api.h"
#include "reconcile/cycle/state.h"
#include "reconcile/resolve/answers.h"
#include "reconcile/resolve/questions.h"

namespace cr::reconcile {

/// Asks each question once, a few at a time, rights of the token many in one request, and puts the answers,
/// failures included. After a 401 the rest is answered with it and not asked.
[[nodiscard]] async::awaitable<void> ask(coder::CoderReader& reader, std::vector<Question> questions,
                                         Answers& answers);

/// Looks up what the decisions of this cycle need beside the live state: template policies of what exists
/// (one request), and the names that absent workspaces are built on. Whose token it is and when it expires is
/// asked when it first matters and then hourly; parameters of builds a few a cycle, once each. In the steady
/// state: one request.
[[nodiscard]] async::awaitable<void> look_up(CycleState& state);

/// Whose token it is; asked at most once an hour.
[[nodiscard]] async::awaitable<void> ask_who_we_are(CycleState& state);

}  // namespace cr::reconcile
