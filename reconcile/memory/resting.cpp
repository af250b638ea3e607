#include "reconcile/memory/resting.h"

#include <algorithm>
#include <utility>

namespace cr::reconcile {

std::vector<WorkspaceId> Resting::align(std::span<const specs::SpecPtr> specs) {
  std::vector<WorkspaceId> gone;
  if (std::ranges::equal(specs, entries_, {}, {}, &Entry::spec)) return gone;
  std::vector<Entry> aligned(specs.size());
  auto known = entries_.begin();
  const auto drop_known = [&] {
    if (!known->state.id.is_nil()) gone.push_back(known->state.id);
    ++known;
  };
  for (std::size_t i = 0; i < specs.size(); ++i) {
    while (known != entries_.end() && specs::compare_identities(*known->spec, *specs[i]) < 0) drop_known();
    if (known != entries_.end() && specs::compare_identities(*known->spec, *specs[i]) == 0)
      aligned[i] = std::move(*known++);
    else
      aligned[i].spec = specs[i];
  }
  while (known != entries_.end()) drop_known();
  entries_ = std::move(aligned);
  return gone;
}

void Resting::wake_all() {
  for (Entry& one : entries_) one.rests = false;
}

void Resting::wake(const TemplateId& of) {
  for (Entry& one : entries_) one.rests = one.rests && one.template_id != of;
}

void Resting::wake(const specs::WorkspaceSpec& spec) {
  const auto place = std::ranges::lower_bound(
      entries_, spec,
      [](const specs::WorkspaceSpec& a, const specs::WorkspaceSpec& b) {
        return specs::compare_identities(a, b) < 0;
      },
      [](const Entry& one) -> const specs::WorkspaceSpec& { return *one.spec; });
  if (place != entries_.end() && specs::compare_identities(*place->spec, spec) == 0) place->rests = false;
}

}  // namespace cr::reconcile
