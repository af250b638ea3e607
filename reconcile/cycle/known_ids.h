#pragma once

#include <optional>
#include <span>
#include <vector>

#include "reconcile/read/read_plan.h"
#include "specs/desired_state.h"

namespace cr::reconcile {

/// Which id each declared workspace had when it was last seen: what makes the next read cheap. Believed,
/// never trusted: a read checks owner and name of what an id brings.
class KnownIds {
 public:
  /// What is to be read for these specs, in their order.
  [[nodiscard]] std::vector<Target> targets_of(std::span<const specs::SpecPtr> specs) const;

  /// Remembers the ids of these targets and nothing else.
  void replace(const std::vector<Target>& targets);
  /// One of the targets that replace was given.
  void learn(const specs::Identity& workspace, const WorkspaceId& id);
  void forget(const specs::Identity& workspace) { learn(workspace, WorkspaceId()); }

  [[nodiscard]] std::optional<WorkspaceId> find(const specs::Identity& workspace) const;

 private:
  struct Known {
    specs::Identity workspace;
    WorkspaceId id;  ///< nil: not known
  };
  std::vector<Known> known_;  ///< sorted by workspace
};

}  // namespace cr::reconcile
