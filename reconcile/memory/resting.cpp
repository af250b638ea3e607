#include "reconcile/memory/resting.h"

#include <algorithm>
#include <utility>

namespace cr::reconcile {

void Resting::align(const specs::SpecList& specs) {
  if (specs.is_same(aligned_to_)) return;
  aligned_to_ = specs;
  std::vector<Entry> aligned(specs.size());
  auto known = entries_.begin();
  for (std::size_t i = 0; i < specs.size(); ++i) {
    while (known != entries_.end() && specs::compare_identities(*known->spec, *specs[i]) < 0) ++known;
    if (known != entries_.end() && specs::compare_identities(*known->spec, *specs[i]) == 0)
      aligned[i] = std::move(*known++);
    else
      aligned[i].spec = specs[i];
  }
  entries_ = std::move(aligned);
}

void Resting::wake_all() {
  for (Entry& one : entries_) one.rests = false;
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
