#include "reconcile/memory/reads.h"

#include <algorithm>

namespace cr::reconcile {

std::vector<Target> Reads::targets_of(std::span<const specs::SpecPtr> specs) const {
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

void Reads::observe(const CycleFacts& cycle) {
  known_.clear();
  known_.reserve(cycle.workspaces.size());
  bool any_failed = false;
  bool any_believed = false;
  for (const WorkspaceFacts& one : cycle.workspaces) {
    const WorkspaceId id = one.id_lost ? WorkspaceId() : one.seen ? one.seen->id : one.id;
    known_.push_back(Known{*one.identity, id});
    any_failed = any_failed || (one.read_error && coder::is_transient(one.read_error->fault));
    any_believed = any_believed || !one.read_error || one.read_error->fault != coder::ApiFault::contract;
  }
  failed_in_a_row_ = any_failed ? failed_in_a_row_ + 1 : 0;
  if (cycle.costs) costs_ = *cycle.costs;
  address_checked_ = cycle.address_checked;
  // Nothing that was read came from Coder's API: perhaps the address leads elsewhere by now.
  if (!cycle.workspaces.empty() && !any_believed) address_checked_ = false;
}

}  // namespace cr::reconcile
