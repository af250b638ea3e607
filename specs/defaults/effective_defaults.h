#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "specs/defaults/defaults_tree.h"
#include "specs/named_fields.h"
#include "specs/workspace_spec.h"

namespace cr::specs {

/// Who gives a field. Nobody, one document, or two of equal rank, which is an error of whoever takes it.
struct Giver {
  const WorkspaceDefaults* from = nullptr;
  const WorkspaceDefaults* rival = nullptr;
  std::size_t rank = 0;  ///< of `from`, in the chain
};
/// Of one key of a mapping that is layered key by key.
struct KeyGiver {
  std::string_view key;
  Giver giver;
};

/// What a chain of defaults gives to documents with certain labels, before what these name themselves.
struct EffectiveDefaults {
  std::array<Giver, kMaxSpecFields> fields{};      ///< by row of spec_fields(); of a mapping: its null
  std::array<Giver, kMaxPolicyFields> policy{};    ///< by row of policy_fields(); of `fields`: its null
  std::vector<KeyGiver> parameters;                ///< sorted by key
  std::vector<KeyGiver> modes;                     ///< sorted by key
  const WorkspaceDefaults* illegible = nullptr;    ///< the nearest that nobody can read
  std::vector<const WorkspaceDefaults*> selected;  ///< all that these labels select
};

/// Pure; takes time with the number of defaults and of what they give. The chain must outlive the result.
[[nodiscard]] EffectiveDefaults effective_defaults(const DefaultsChain& chain, const StringPairs& labels);

}  // namespace cr::specs
