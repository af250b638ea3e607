#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "specs/declared_fields.h"
#include "specs/shared.h"

namespace cr::specs {

/// As many fields spec_fields() and policy_fields() may have: NamedFields has a bit for each.
inline constexpr std::size_t kMaxSpecFields = 32;
inline constexpr std::size_t kMaxPolicyFields = 8;

/// The mode that is given for a field; none: given as null.
struct NamedMode {
  std::string_view key;  ///< of spec_fields()
  std::optional<FieldMode> mode;
  auto operator<=>(const NamedMode&) const = default;
};

/// Which fields of a spec somebody has named, be it with a value or with null: there no default counts that
/// stands further away. Values themselves are in the WorkspaceSpec beside it.
struct NamedFields {
  /// Bit i: row i of spec_fields(). Mappings are layered key by key, so that theirs means: null as a whole.
  std::uint32_t fields = 0;
  /// Bit i: row i of policy_fields(); of `fields`, which is such a mapping: null as a whole.
  std::uint8_t policy = 0;
  Shared<std::vector<std::string>> cleared_parameters;  ///< given as null; sorted
  Shared<std::vector<NamedMode>> modes;                 ///< sorted by key
  bool operator==(const NamedFields&) const = default;

  [[nodiscard]] bool field(std::size_t row) const { return (fields >> row & 1U) != 0; }
  [[nodiscard]] bool policy_key(std::size_t row) const { return (policy >> row & 1U) != 0; }
};

}  // namespace cr::specs
