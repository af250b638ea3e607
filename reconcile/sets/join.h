#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "reconcile/model/ids.h"
#include "specs/desired_state.h"
#include "specs/workspace_set.h"

namespace cr::reconcile::sets {

/// What one set declares.
struct Declared {
  struct Workspace {
    specs::SpecPtr spec;
    UserId owner{};        ///< nil where it is not known
    bool is_left = false;  ///< of one who has left: declared to be asleep, and whoever else wants it has it
  };
  const specs::WorkspaceSet* set = nullptr;
  std::vector<Workspace> workspaces;
};

/// A workspace that a set would declare, and a document does.
struct Replaced {
  const specs::WorkspaceSpec* document = nullptr;
  specs::SpecPtr by_set;  ///< what does not count
};

/// What became of one set's workspaces.
struct JoinedSet {
  std::vector<Replaced> replaced{};            ///< sorted by the identities of the set's
  std::vector<specs::SpecPtr> taken_over{};    ///< of those who have left: somebody else declares them now
  std::vector<specs::Diagnostic> conflicts{};  ///< with other sets: one for each of these
};

/// Usernames in lower case by UUID in lower case, of users whom documents name by UUID.
using Usernames = std::map<std::string, std::string, std::less<>>;

struct Joined {
  std::vector<specs::SpecPtr> specs;  ///< sorted by identity, identities unique
  /// As in DesiredState, with what sets do not agree on. Sorted.
  std::vector<specs::Identity> elsewhere;
  /// What sets would declare and do not: documents do, or may, or two sets do not agree. Sorted.
  std::vector<specs::Identity> not_theirs;
  std::vector<JoinedSet> sets;  ///< in their order
};

/// What a join goes by beside documents and sets.
struct JoinContext {
  /// What was not the sets' in the last cycle; it stays so while there are documents of which nobody can tell
  /// what they are about.
  std::span<const specs::Identity> not_theirs{};
  /// Workspaces of sets whose documents were left out of this load: they stay as they are, and nobody else's.
  std::span<const specs::Identity> of_left_out{};
  Usernames usernames{};
};

/// One desired state out of documents and sets. A document of its own beats a set, also where one of them
/// gives the owner's UUID and the other the name; what an invalid document is about is no set's either. What
/// two sets declare for members of theirs neither has, and each is told of the other; of whoever has left one
/// and is in another the latter alone declares anything.
/// Pure; the result does not depend on the order of `sets` but for theirs.
[[nodiscard]] Joined join(const specs::DesiredState& documents, std::span<const Declared> sets,
                          const JoinContext& context = {});

}  // namespace cr::reconcile::sets
