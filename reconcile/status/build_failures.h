#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>

#include "reconcile/model/live_workspace.h"
#include "specs/desired_state.h"

namespace cr::reconcile {

/// Counts failed builds that we queued, so that each is retried a few times and then left alone until spec or
/// live state change. Holds only workspaces whose latest build failed.
class BuildFailures {
 public:
  /// To be told each cycle about a workspace whose latest build is ours and has failed or was cancelled.
  /// Returns how many tries have failed under the present spec, this one included:
  /// MemoryVerdict::failed_builds. When nothing is remembered (after a restart) a start build counts as its
  /// number and a stop as one. A spec that has changed since the last failure starts at 0.
  [[nodiscard]] std::uint32_t observe(const specs::Identity& workspace, const LiveBuild& build,
                                      std::uint64_t spec_fingerprint);
  /// The latest build has ended well, or is somebody else's. Not while a retry is under way: that would start
  /// the count anew.
  void forget(const specs::Identity& workspace);
  void retain(const std::function<bool(const specs::Identity&)>& declared);
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    BuildId build;
    Transition transition = Transition::unknown;
    std::uint64_t spec = 0;
    std::uint32_t failed = 0;
  };
  std::map<specs::Identity, Entry> entries_;
};

}  // namespace cr::reconcile
