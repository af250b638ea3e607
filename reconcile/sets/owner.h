#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reconcile/coder/api_error.h"
#include "reconcile/model/ids.h"
#include "reconcile/sets/reason.h"
#include "specs/shared.h"

namespace cr::reconcile::sets {

/// One for whom a set has a workspace. Lists of them are sorted by username as Coder compares it, each there
/// once.
struct Owner {
  specs::SharedText username;  ///< as Coder writes it; who is only on a list: as written there
  UserId id{};                 ///< nil: nobody has told it
  bool active = false;         ///< Coder has said so, and not only failed to say that it is suspended
};

/// Null where nobody of the sorted list has the name.
[[nodiscard]] const Owner* find_owner(std::span<const Owner> owners, std::string_view username);

/// Why owners could not be read: nothing changes for the set.
struct Problem {
  Reason reason = Reason::NotRead;
  std::string message;                   ///< says what to do
  std::optional<coder::ApiError> error;  ///< the call that failed, where that is it
};

/// Who is meant by an exception that is a username, in lower case: a user who takes another name is still it.
using Exceptions = std::map<std::string, UserId, std::less<>>;

/// Who the owners of a set are, by what one cycle has read.
struct OwnersRead {
  std::vector<Owner> owners;
  std::vector<Owner> suspended;    ///< would be among them
  std::optional<Problem> problem;  ///< set: nothing else of this says anything
  Exceptions exceptions{};         ///< as far as they are known, by this read or earlier
  /// Listed users whom Coder does not show, and exceptions that are no longer what they are called: one
  /// sentence each, without a full stop.
  std::vector<std::string> unknown_owners{};
  std::vector<std::string> odd_exceptions{};
};

}  // namespace cr::reconcile::sets
