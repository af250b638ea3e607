#pragma once

#include <chrono>
#include <optional>

#include "specs/schedule.h"

namespace cr::specs {

/// The schedule with each of its starts `by` later on its own clock: over the hour, over midnight and so to
/// the next weekday, and from Saturday to Sunday. Moved by nothing it is the very same, text included.
///
/// A schedule of Coder's is a minute, an hour and a weekday, each one of a set. Where only some of its starts
/// pass an hour or midnight, there may be no such three sets: then there is nothing. `by` is not negative.
[[nodiscard]] std::optional<Schedule> moved(const Schedule& schedule, std::chrono::minutes by);

/// How much of `span` the schedule can be moved within: it can be moved by each time that is less. At least
/// one minute (by nothing) and at most `span`, which is not less than that. `0 9 * * 1-5`: any span;
/// `0,30 9 * * *`: half an hour, since then one of the two starts is in the next hour and one is not.
[[nodiscard]] std::chrono::minutes room_to_move(const Schedule& schedule, std::chrono::minutes span);

}  // namespace cr::specs
