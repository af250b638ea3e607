#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reconcile/async/clock.h"
#include "reconcile/sets/gather.h"
#include "reconcile/sets/join.h"
#include "reconcile/sets/membership.h"
#include "specs/desired_state.h"

namespace cr::reconcile {

/// What is known of sets from earlier cycles, and the desired state that they made with the documents: where
/// nothing of either has changed, which is nearly always, it is handed on as it is.
struct SetsSeen {
  /// A user who is named by UUID.
  struct LookedUp {
    sets::KnownUser known;
    async::SteadyTime at{};  ///< of the latest look that brought an answer
  };
  /// When the token was last known to see all users, and how many of them were suspended then.
  struct SeesUsers {
    async::SteadyTime at{};
    std::size_t suspended = 0;
  };

  std::map<std::string, sets::Membership, std::less<>> by_name;
  std::map<std::string, LookedUp, std::less<>> users;  ///< by UUID in lower case
  std::optional<SeesUsers> sees_users;

  specs::DesiredState joined;
  std::vector<sets::JoinedSet> outcomes;    ///< of the sets, in their order
  std::vector<specs::Identity> not_theirs;  ///< as sets::Joined has it
  /// Of documents whose workspace sets would declare as well: which sets, for people.
  std::map<const specs::WorkspaceSpec*, std::string> also_in_set;
  // What `joined` was made of.
  specs::SpecList documents;
  std::vector<specs::Identity> elsewhere;
  /// Of each set; 0: it was left out.
  std::vector<std::pair<std::string, std::uint64_t>> versions;
  std::vector<specs::Identity> of_left_out;
  sets::Usernames usernames;
  std::size_t unknown_documents = 0;
};

}  // namespace cr::reconcile
