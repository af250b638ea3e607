#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "reconcile/async/clock.h"
#include "reconcile/coder/api.h"
#include "reconcile/read/costs.h"
#include "reconcile/read/live_state.h"
#include "reconcile/read/read_observer.h"
#include "reconcile/read/read_plan.h"

namespace cr::reconcile {

/// What a pass is made in. Empty ones with the room of the pass before spare the next one as much as that
/// had: a fleet's are megabytes.
struct ReadBuffers {
  LiveState::Buffers live;
  std::vector<Query> queries;
};

/// What one read pass brought.
struct ReadOutcome {
  LiveState live;               ///< by target
  std::vector<Target> targets;  ///< as given, with the ids that were learnt; nil where an id proved wrong
  ReadCosts costs;              ///< for the next pass
  LiveReadCounts counts;
  std::size_t list_requests =
      0;  ///< requests to the list (ids, owners, pages); looks at one workspace are not
  /// Set if the pass was broken off: the token was refused, Coder could not be asked, or it took too long.
  std::optional<coder::ApiError> broken_off;
  std::vector<Query> queries = {};  ///< of its last round, for the sake of their memory
};
/// Its end: nothing is left but room for the next pass.
[[nodiscard]] ReadBuffers take_buffers(ReadOutcome&& over);

/// Reads the live state of `targets` (sorted by identity) as plan_reads says, at most two requests at a time.
///
/// A failed read concerns those that it was for; the others are read all the same. After one that says that
/// Coder can't be asked (`ends_reading`; of paths that are not reached three in a row, since a single one may
/// be cut off by itself), or after half an hour, the pass is broken off and the rest is NotRead for that
/// reason. Whenever an answer brought something the observer is told. Throws only
/// operation_aborted, between or within requests.
[[nodiscard]] async::awaitable<ReadOutcome> read_live(coder::CoderReader& reader, async::Clock& clock,
                                                      std::vector<Target> targets, ReadCosts costs,
                                                      ReadObserver& observer, ReadBuffers buffers = {});

/// Whether a failed call makes it pointless to ask anything else now: the token was refused, or all tries of
/// the call met with silence, a broken way or 429.
[[nodiscard]] bool ends_reading(const coder::ApiError& error);

/// The outcome of a pass that was broken off before its first request.
[[nodiscard]] ReadOutcome nothing_read(std::vector<Target> targets, ReadCosts costs, coder::ApiError why,
                                       ReadBuffers buffers = {});

}  // namespace cr::reconcile
