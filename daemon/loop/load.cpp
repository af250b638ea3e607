#include "daemon/loop/load.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace cr::daemon {
namespace {

bool says_the_same(const specs::DesiredState& a, const specs::DesiredState& b) {
  if (a.specs.size() != b.specs.size() || a.revision != b.revision || a.diagnostics != b.diagnostics ||
      a.rejected_sets != b.rejected_sets)
    return false;
  const auto same_set = [](const specs::SetPtr& one, const specs::SetPtr& other) {
    return one == other || *one == *other;
  };
  if (!std::ranges::equal(a.sets, b.sets, same_set)) return false;
  for (std::size_t i = 0; i < a.specs.size(); ++i) {
    // Files that did not change give the same object again.
    if (a.specs[i] != b.specs[i] && !(*a.specs[i] == *b.specs[i])) return false;
  }
  return true;
}

}  // namespace

Loaded compare_with(const DesiredPtr& in_force, const specs::DesiredState& read, const Selection& selection) {
  auto selected = std::make_shared<const specs::DesiredState>(select(read, selection));
  if (in_force && says_the_same(*in_force, *selected)) {
    // The source holds what it has read anew; the old one beside it would be a second fleet in memory.
    const bool same_objects = in_force->specs == selected->specs && in_force->sets == selected->sets &&
                              in_force->elsewhere == selected->elsewhere &&
                              in_force->unknown_documents == selected->unknown_documents;
    return {same_objects ? in_force : selected, false};
  }
  return {std::move(selected), true, what_is_missing(read, selection)};
}

LoadResult load_specs(specs::SpecSource& source, const Selection& selection, const DesiredPtr& in_force) {
  const auto read = source.load();
  if (!read) return read.error();
  return compare_with(in_force, *read, selection);
}

}  // namespace cr::daemon
