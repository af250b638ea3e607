#include "reconcile/cycle/known_ids.h"

#include <algorithm>

namespace cr::reconcile {
namespace {

bool before(const specs::Identity& a, const specs::Identity& b) {
  return a < b;
}

}  // namespace

std::vector<Target> KnownIds::targets_of(std::span<const specs::SpecPtr> specs) const {
  std::vector<Target> targets;
  targets.reserve(specs.size());
  auto known = known_.begin();  // both are sorted, so one walk finds all
  for (const specs::SpecPtr& spec : specs) {
    Target target;
    target.identity = specs::identity_of(*spec);
    target.owner_is_uuid = specs::is_uuid(spec->owner);
    while (known != known_.end() && known->workspace < target.identity) ++known;
    if (known != known_.end() && known->workspace == target.identity && !known->id.is_nil()) {
      target.id = known->id;
      target.stage = Stage::by_id;
    }
    targets.push_back(std::move(target));
  }
  return targets;
}

void KnownIds::replace(const std::vector<Target>& targets) {
  known_.clear();
  known_.reserve(targets.size());
  for (const Target& target : targets) known_.push_back(Known{target.identity, target.id});
}

void KnownIds::learn(const specs::Identity& workspace, const WorkspaceId& id) {
  const auto found =
      std::lower_bound(known_.begin(), known_.end(), workspace,
                       [](const Known& a, const specs::Identity& b) { return before(a.workspace, b); });
  if (found != known_.end() && found->workspace == workspace) found->id = id;
}

std::optional<WorkspaceId> KnownIds::find(const specs::Identity& workspace) const {
  const auto found =
      std::lower_bound(known_.begin(), known_.end(), workspace,
                       [](const Known& a, const specs::Identity& b) { return before(a.workspace, b); });
  if (found == known_.end() || found->workspace != workspace || found->id.is_nil()) return std::nullopt;
  return found->id;
}

}  // namespace cr::reconcile
