#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "specs/diagnostic.h"
#include "specs/workspace_spec.h"

namespace cr::specs {

/// What becomes of the workspace of one who is no longer an owner of the set.
enum class OnLeave : std::uint8_t { keep, dormant };
inline constexpr std::array kOnLeave = {OnLeave::keep, OnLeave::dormant};
[[nodiscard]] std::string_view to_string(OnLeave on_leave);

/// A group of one organization. Only licensed servers have any.
struct OwnerGroup {
  std::string organization;  ///< name or UUID, as written
  std::string name;
  bool operator==(const OwnerGroup&) const = default;
};

/// For whom a set has workspaces: whoever one of the three names, but for the exceptions.
struct SetOwners {
  std::vector<std::string> list;  ///< usernames or UUIDs, as written
  std::string organization;       ///< every member of it: name or UUID, as written; empty: of none
  std::optional<OwnerGroup> group;
  std::vector<std::string> except;  ///< as `list`
  bool operator==(const SetOwners&) const = default;
};

/// `kind: WorkspaceSet`, validated offline: one template of a workspace for each of many owners.
struct WorkspaceSet {
  std::string name;
  Shared<StringPairs> labels;  ///< its workspaces have them too, but for those that the template gives
  Shared<StringPairs> annotations;
  SetOwners owners;
  /// Each owner's start is moved by a part of this that is the owner's own; 0: none is.
  std::chrono::minutes spread_autostart{0};
  OnLeave on_leave = OnLeave::keep;
  /// Without an owner; kOwnerPlaceholder still stands in name, labels, annotations and parameters. Its labels
  /// are merged with the set's.
  WorkspaceSpec workspace;
  SourcePosition where;  ///< of the document's first key
  friend bool operator==(const WorkspaceSet&, const WorkspaceSet&) = default;
};

/// Likewise of two sets, with their templates.
[[nodiscard]] bool says_the_same(const WorkspaceSet& a, const WorkspaceSet& b);

using SetPtr = std::shared_ptr<const WorkspaceSet>;

}  // namespace cr::specs
