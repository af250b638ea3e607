#include "reconcile/memory/reads.h"

#include <algorithm>
#include <utility>

#include "specs/name.h"

namespace cr::reconcile {
namespace {

void prepare(Target& target) {
  target.stage = target.id.is_nil() ? Stage::unknown : Stage::by_id;
  target.contradictions = 0;
}

}  // namespace

std::vector<WorkspaceId> Reads::align(const specs::SpecList& specs) {
  std::vector<WorkspaceId> gone;
  if (specs.is_same(aligned_to_) && known_.size() == specs.size()) return gone;
  const auto same = [](const specs::SpecPtr& spec, const Target& known) {
    return specs::compare_lower(spec->owner, known.identity.owner) == 0 &&
           specs::compare_lower(spec->name, known.identity.name) == 0;
  };
  // Where nothing has come or gone, which is nearly always, nothing is made.
  if (!std::ranges::equal(specs, known_, same)) known_ = targets_of(specs, gone);
  aligned_to_ = specs;
  any_owner_is_uuid_ = std::ranges::any_of(known_, &Target::owner_is_uuid);
  std::ranges::sort(gone);
  return gone;
}

std::vector<Target> Reads::lend_targets() {
  for (Target& target : known_) prepare(target);
  return std::exchange(known_, {});
}

std::vector<Target> Reads::targets_at(std::span<const Place> places) const {
  std::vector<Target> targets;
  targets.reserve(places.size());
  for (const Place place : places) prepare(targets.emplace_back(known_[place]));
  return targets;
}

std::vector<Target> Reads::targets_of(std::span<const specs::SpecPtr> specs,
                                      std::vector<WorkspaceId>& gone) const {
  std::vector<Target> targets;
  targets.reserve(specs.size());
  auto known = known_.begin();  // both are sorted, so one walk finds all
  const auto pass_known = [&] { gone.push_back((known++)->id); };
  for (const specs::SpecPtr& spec : specs) {
    Target& target = targets.emplace_back();
    target.identity = specs::identity_of(*spec);
    target.owner_is_uuid = specs::is_uuid(spec->owner);
    while (known != known_.end() && known->identity < target.identity) pass_known();
    if (known != known_.end() && known->identity == target.identity) target.id = (known++)->id;
  }
  while (known != known_.end()) pass_known();
  return targets;
}

void Reads::observe(const CycleFacts& cycle) {
  bool any_failed = false;
  bool any_believed = false;
  for (std::size_t i = 0; i < cycle.workspaces.size(); ++i) {
    const WorkspaceFacts& one = cycle.workspaces[i];
    Target& known = known_[cycle.place_of(i)];
    known.id = one.done->id_lost ? WorkspaceId() : one.done->seen ? one.done->seen->id : one.id;
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
