#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "reconcile/coder/api_error.h"
#include "reconcile/coder/types.h"

namespace cr::coder {

/// One of an organization, a group, or a list of users.
struct Member {
  UserId id;
  std::string username;
  UserStatus status = UserStatus::unknown;  ///< unknown: the list does not tell it
  bool operator==(const Member&) const = default;
};

/// What a read of a list of people has brought.
struct MembersRead {
  enum class Outcome : std::uint8_t {
    whole,       ///< all that there are, as far as the token may see them
    incomplete,  ///< some, which is as good as none
    not_found,   ///< no such organization or group, or it is not ours to see
    no_groups,   ///< this server has none: it has no licence for them
    failed,
  };
  Outcome outcome = Outcome::failed;
  std::vector<Member> members{};  ///< of a whole one; each once
  OrganizationId organization{};  ///< as its rows tell it; nil: none did
  ApiError error{};               ///< of not_found, no_groups and failed
  std::string what_is_missing{};  ///< of an incomplete one, for people
};

}  // namespace cr::coder
