#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "reconcile/model/ids.h"
#include "specs/desired_state.h"
#include "specs/workspace_set.h"

namespace cr::reconcile::sets {

/// What one set declares. `ids` are the owners', beside their workspaces; nil where it is not known.
struct Declared {
  const specs::WorkspaceSet* set = nullptr;
  std::vector<specs::SpecPtr> workspaces;
  std::vector<UserId> ids;
};

/// What became of one set's workspaces.
struct JoinedSet {
  std::size_t replaced = 0;                    ///< a document declares the workspace itself, and that counts
  specs::SourcePosition replaced_by{};         ///< the first of them
  std::vector<specs::Diagnostic> conflicts{};  ///< with other sets: one for each of these
};

struct Joined {
  std::vector<specs::SpecPtr> specs;  ///< sorted by identity, identities unique
  /// As in DesiredState, with what sets do not agree on. Sorted.
  std::vector<specs::Identity> elsewhere;
  /// What sets would declare and do not: documents do, or may, or two sets do not agree. Sorted.
  std::vector<specs::Identity> not_theirs;
  std::vector<JoinedSet> sets;  ///< in their order
};

/// One desired state out of documents and sets. A document of its own beats a set, also where it gives the
/// owner's UUID; what an invalid document is about is no set's either. What two sets declare neither has, and
/// each is told of the other.
/// `before`: what was not theirs in the last cycle; it stays so while there are documents of which nobody can
/// tell what they are about. Pure; the result does not depend on the order of `sets` but for theirs.
[[nodiscard]] Joined join(const specs::DesiredState& documents, std::span<const Declared> sets,
                          std::span<const specs::Identity> before);

}  // namespace cr::reconcile::sets
