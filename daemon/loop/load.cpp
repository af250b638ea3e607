#include "daemon/loop/load.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <system_error>
#include <utility>

#include "specs/revision.h"

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
  // Files that did not change give the same object again, and where none did the same list.
  const auto same_spec = [](const specs::SpecPtr& one, const specs::SpecPtr& other) {
    return one == other || *one == *other;
  };
  return a.specs.is_same(b.specs) || std::ranges::equal(a.specs, b.specs, same_spec);
}

/// Of the one revision that all paths have. The repository of the first that has it: its objects have their
/// content's names, so it is the right one even if a link has been moved meanwhile.
CommitPtr commit_of(const std::vector<std::string>& paths, const std::string& revision) {
  if (!specs::is_commit(revision)) return nullptr;
  for (const std::string& path : paths) {
    std::error_code error;
    const std::filesystem::path real = std::filesystem::canonical(path, error);
    if (error) continue;
    if (auto note = read_commit(specs::find_objects(real.string()), revision))
      return std::make_shared<const CommitNote>(std::move(*note));
  }
  return nullptr;
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

LoadResult load_specs(specs::SpecSource& source, const Selection& selection, const DesiredPtr& in_force,
                      specs::SpecSource::Files files) {
  const auto read = source.load(files);
  if (!read) return read.error();
  Loaded loaded = compare_with(in_force, *read, selection);
  loaded.checkouts = std::make_shared<const std::vector<specs::CheckedOut>>(source.checkouts());
  // Of one that stays in force it is known; to find it is a walk through the repository's packs.
  if (!in_force || in_force->revision != read->revision)
    loaded.commit = commit_of(source.paths(), read->revision);
  return loaded;
}

}  // namespace cr::daemon
