#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

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

  /// Whether its latest build is one that we queued: in this process, or, as far as can be told, in an
  /// earlier one: under the token's user, and neither by Coder itself nor by a client that a person works
  /// with.
  [[nodiscard]] bool is_ours(const WorkspaceFacts& one, const std::optional<UserId>& me) const;
  /// The build of it that this cycle queued last; null: none.
  [[nodiscard]] static const LiveBuild* queued_in(const WorkspaceFacts& one);

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
  [[nodiscard]] bool has_queued(const Identity& workspace, const BuildId& build) const;

  std::map<Identity, Failures> failures_;
  std::map<Identity, BuildId> queued_;  ///< whose end no read has shown
};

}  // namespace cr::reconcile
