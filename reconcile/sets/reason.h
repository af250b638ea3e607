#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "reconcile/model/condition.h"

namespace cr::reconcile::sets {

/// Why a set is ready or not: a closed set.
enum class Reason : std::uint8_t {
  // Ready = True
  Resolved,
  // False, waits for a person
  NoOwners,  ///< nobody is one
  Held,      ///< so many would leave at once that a person has to look
  Conflict,  ///< another set declares some of its workspaces too
  Invalid,   ///< some owners' workspace cannot be: its name would be none
  Forbidden,
  UserNotFound,  ///< one whom it lists by UUID
  OrganizationNotFound,
  GroupNotFound,
  NoGroups,  ///< groups need a licensed server
  // Unknown
  NotRead,
  Incomplete,
  Unauthorized,
  Unreachable,
};
[[nodiscard]] std::span<const Reason> all_reasons();
[[nodiscard]] std::string_view to_string(Reason reason);
[[nodiscard]] Ready ready_of(Reason reason);
/// Whether it is told of owners who were read; else nobody can say who is one.
[[nodiscard]] bool owners_known(Reason reason);

}  // namespace cr::reconcile::sets
