#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "reconcile/plan/action.h"

namespace cr::reconcile {

/// The actions for one workspace, in the order in which they must run: create; automatic updates, autostart,
/// ttl; stop; dormant. What has to wait for a build (dormancy behind a stop) is in a later plan.
struct WorkspacePlan {
  Identity workspace;
  std::vector<Action> actions;  ///< never empty
  /// For people: what will follow in later plans, e.g. "dormant when the stop has ended". Not part of the
  /// digest.
  std::string follow_up;
  bool operator==(const WorkspacePlan&) const = default;
};

/// What would be done now. A value: same inputs, same bytes.
struct Plan {
  std::vector<WorkspacePlan> workspaces;  ///< sorted by identity
  bool operator==(const Plan&) const = default;
  [[nodiscard]] bool empty() const { return workspaces.empty(); }
  [[nodiscard]] std::size_t action_count() const;
};

/// Names the plan for an approval: 16 hex digits over every action's workspace, kind and new value, in order.
/// Independent of time, of ids that a create has not got yet, and of old values.
[[nodiscard]] std::string digest(const Plan& plan);

}  // namespace cr::reconcile
