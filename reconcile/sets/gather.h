#pragma once

#include <map>
#include <string>
#include <vector>

#include "reconcile/coder/members.h"
#include "reconcile/sets/owner.h"
#include "specs/workspace_set.h"

namespace cr::reconcile::sets {

/// Users by UUID, in lower case, as they were looked up.
using Users = std::map<std::string, coder::ApiResult<coder::User>, std::less<>>;

/// What a cycle has read for the owners of one set. Null: not asked for, since the set names none such.
struct Sources {
  const coder::MembersRead* organization = nullptr;
  const coder::MembersRead* group = nullptr;
  const coder::MembersRead* suspended = nullptr;
  const Users* users = nullptr;
};

/// UUIDs, in lower case, that stand for a user in the set's lists.
[[nodiscard]] std::vector<std::string> users_to_look_up(const specs::SetOwners& wanted);

/// Whether who is suspended has to be asked: a list does not tell it, and members of older servers do not.
[[nodiscard]] bool asks_who_is_suspended(const specs::SetOwners& wanted, const Sources& sources);

/// Who the owners are. One source that was not read whole is a problem for all of it: half of a set's owners
/// look as if the others had left. A user on a list whom Coder does not know is an owner like any other, and
/// their workspace's condition says so. Pure.
[[nodiscard]] OwnersRead gather(const specs::SetOwners& wanted, const Sources& sources);

}  // namespace cr::reconcile::sets
