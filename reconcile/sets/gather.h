#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reconcile/coder/members.h"
#include "reconcile/sets/owner.h"
#include "specs/workspace_set.h"

namespace cr::reconcile::sets {

/// What is known of a user who is named by UUID. One whom Coder has shown and no longer shows was deleted, or
/// the token may no longer see them: the two look the same.
struct KnownUser {
  std::optional<coder::User> user;       ///< as Coder has last shown them; absent: never
  std::optional<coder::ApiError> error;  ///< why the latest look did not show them
};
/// By UUID, in lower case.
using Users = std::map<std::string, KnownUser, std::less<>>;

/// What a cycle has read for the owners of one set. Null: not asked for, since the set names none such.
struct Sources {
  const coder::MembersRead* organization = nullptr;
  const coder::MembersRead* group = nullptr;
  const coder::MembersRead* suspended = nullptr;
  /// Whether the token may read all users: else those who are suspended are not among the suspended.
  const coder::ApiResult<bool>* sees_all_users = nullptr;
  const Users* users = nullptr;
  /// Who the set's exceptions by name were found to be earlier.
  const Exceptions* exceptions = nullptr;
};

/// UUIDs, in lower case, that stand for a user in the set's lists.
[[nodiscard]] std::vector<std::string> users_to_look_up(const specs::SetOwners& wanted);

/// Whether who is suspended has to be asked: a list does not tell it, and members of older servers do not.
[[nodiscard]] bool asks_who_is_suspended(const specs::SetOwners& wanted, const Sources& sources);

/// Who the owners are. One source that was not read whole is a problem for all of it: half of a set's owners
/// look as if the others had left. A user on a list whom Coder does not know is an owner like any other, and
/// their workspace's condition says so; whoever was known once stays what they were, owner or exception, also
/// where they have another name or are not shown any more. Pure.
[[nodiscard]] OwnersRead gather(const specs::SetOwners& wanted, const Sources& sources);

}  // namespace cr::reconcile::sets
