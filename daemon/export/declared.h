#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>

#include "reconcile/model/live_workspace.h"
#include "specs/desired_state.h"

namespace cr::daemon {

/// What specs that are there say of a workspace.
enum class DeclaredStanding : std::uint8_t {
  undeclared,
  declared,
  invalid,         ///< a document is about it that was left out
  renamed,         ///< a document has its name as a previous one
  maybe_declared,  ///< a document, or a set, that nobody can read may be about it
  maybe_of_set,    ///< a WorkspaceSet has it among its own, or may have
};

/// Tells of workspaces by owner's name or id whether specs declare them. Pure; `desired` outlives it.
class Declared {
 public:
  explicit Declared(const specs::DesiredState& desired);

  struct Answer {
    DeclaredStanding standing = DeclaredStanding::undeclared;
    const specs::WorkspaceSpec* spec = nullptr;   ///< that declares it, or is to rename it
    const specs::WorkspaceSet* of_set = nullptr;  ///< that has it, or may have
  };
  [[nodiscard]] Answer of(const reconcile::LiveWorkspace& row) const;

 private:
  using Identities = std::array<specs::Identity, 2>;
  static Identities identities(const reconcile::LiveWorkspace& row);

  const specs::DesiredState& desired_;
  std::map<specs::Identity, const specs::WorkspaceSpec*> specs_;
  std::map<specs::Identity, const specs::WorkspaceSpec*> previous_;  ///< by names that declared ones had
  std::set<specs::Identity> elsewhere_;
};

}  // namespace cr::daemon
