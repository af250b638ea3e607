#include "reconcile/resolve/duplicates.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "specs/name.h"
#include "specs/text/ascii.h"

namespace cr::reconcile {
namespace {

std::optional<UserId> owner_id(const specs::WorkspaceSpec& spec, const KnownOwners& owners) {
  if (specs::is_uuid(spec.owner)) return UserId::parse(spec.owner);
  const auto found = owners.find(text::lower(spec.owner));
  if (found == owners.end()) return std::nullopt;
  return found->second;
}

/// Else duplicates of that kind are not possible at all.
bool gives_owner_by_id(std::span<const specs::SpecPtr> specs) {
  return std::any_of(specs.begin(), specs.end(),
                     [](const auto& spec) { return specs::is_uuid(spec->owner); });
}

}  // namespace

std::vector<Duplicate> find_duplicates(std::span<const specs::SpecPtr> specs, const KnownOwners& owners) {
  std::vector<Duplicate> duplicates;
  if (!gives_owner_by_id(specs)) return duplicates;

  std::map<std::pair<UserId, std::string>, std::vector<const specs::WorkspaceSpec*>> declared;
  for (const specs::SpecPtr& spec : specs) {
    if (const auto owner = owner_id(*spec, owners))
      declared[{*owner, text::lower(spec->name)}].push_back(spec.get());
  }
  for (const specs::SpecPtr& spec : specs) {
    const auto owner = owner_id(*spec, owners);
    if (!owner) continue;
    const auto& same = declared[{*owner, text::lower(spec->name)}];
    if (same.size() < 2) continue;
    const auto other =
        std::find_if(same.begin(), same.end(), [&](const auto* one) { return one != spec.get(); });
    duplicates.push_back(Duplicate{
        spec,
        fmt::format(
            "{} declares the same workspace, with its owner written as {}; neither is applied; remove one",
            (*other)->where.to_string(), (*other)->owner)});
  }
  return duplicates;
}

}  // namespace cr::reconcile
