#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>

#include "reconcile/memory/facts.h"
#include "reconcile/model/live_workspace.h"

namespace cr::reconcile {

/// Builds that we queued: how many are under way, and how often one failed, so that each is retried a few
/// times and then left alone until spec or live state change.
class OwnBuilds {
 public:
  /// How many tries have failed under the present spec, the one that was read included: the latest build is
  /// ours and has failed or was cancelled. Nothing: what the live state alone tells. When nothing is
  /// remembered (after a restart) a start build counts as its number and a stop as one. A spec that has
  /// changed since the last failure starts at 0.
  [[nodiscard]] std::optional<std::uint32_t> failed_tries(const WorkspaceFacts& read,
                                                          const std::optional<UserId>& me) const;

  /// Builds of ours that are under way: as read, and those that we queued where the cycle could not read.
  /// While we do not know who we are every active build counts as ours, so that the limit holds.
  [[nodiscard]] std::size_t under_way(const CycleFacts& read) const;

  void observe(const CycleFacts& cycle);

  /// Whether its latest build is one that we queued, and none that Coder began by itself for the token's
  /// user. While we do not know who we are, only what we are known to have queued.
  [[nodiscard]] bool is_ours(const WorkspaceFacts& one, const std::optional<UserId>& me) const;
  /// Whether this cycle queued its latest build.
  [[nodiscard]] static bool has_queued(const WorkspaceFacts& one);

  /// Workspaces whose latest build failed.
  [[nodiscard]] std::size_t failed() const { return failures_.size(); }

 private:
  struct Failures {
    BuildId build;
    Transition transition = Transition::unknown;
    std::uint64_t spec = 0;
    std::uint32_t failed = 0;
  };
  [[nodiscard]] static bool has_failed(const LiveBuild& build, const std::optional<UserId>& me);
  [[nodiscard]] Failures failures_after(const WorkspaceFacts& read) const;

  std::map<Identity, Failures> failures_;
  std::set<Identity> queued_;  ///< with a build whose end no read has shown
};

}  // namespace cr::reconcile
