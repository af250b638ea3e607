#pragma once

#include <boost/system/result.hpp>
#include <memory>
#include <string>
#include <vector>

#include "daemon/loop/board.h"
#include "daemon/selector.h"
#include "specs/source.h"

namespace cr::daemon {

using DesiredPtr = std::shared_ptr<const specs::DesiredState>;

/// What a read of the specs came to.
struct Loaded {
  /// What is selected: the very object that was in force if no file was read anew.
  DesiredPtr desired;
  bool changed = false;                   ///< there is something new to converge to
  std::vector<std::string> missing = {};  ///< of what is new: what_is_missing()
  CheckoutsPtr checkouts{};               ///< where the paths lie; null: not known
  CommitPtr commit{};  ///< what a revision is that was not in force before; null: not known
};
using LoadResult = boost::system::result<Loaded, specs::SourceError>;

/// Selects, and compares with what is in force (null: nothing yet). Pure.
[[nodiscard]] Loaded compare_with(const DesiredPtr& in_force, const specs::DesiredState& read,
                                  const Selection& selection);

/// Reads the specs, selects and compares. Waits for the disk, and takes seconds where there are many: work
/// for a thread of its own.
[[nodiscard]] LoadResult load_specs(
    specs::SpecSource& source, const Selection& selection, const DesiredPtr& in_force,
    specs::SpecSource::Files files = specs::SpecSource::Files::may_have_changed);

}  // namespace cr::daemon
