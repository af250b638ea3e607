#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reconcile/coder/directory.h"
#include "reconcile/cycle.h"
#include "reconcile/sets/gather.h"
#include "reconcile/sets/membership.h"
#include "specs/workspace_set.h"

namespace cr::reconcile {

/// What one cycle reads of people for all sets, each list once however many sets name it. After a refused
/// token no list or user is asked for any more. The memory outlives it; what is known of users by UUID is
/// kept there.
class OwnersReading {
 public:
  explicit OwnersReading(Reconciler::Memory& memory) : memory_(memory) {}

  [[nodiscard]] async::awaitable<void> read_lists(const specs::SetOwners& wanted);
  /// `ids`: users named by UUID, in lower case; who is none of them is forgotten, unless `kept`.
  [[nodiscard]] async::awaitable<void> look_up(std::vector<std::string> ids, std::vector<std::string> kept);

  /// The names of those who were looked up.
  [[nodiscard]] sets::Usernames usernames_of(const std::vector<std::string>& ids) const;
  /// What gather() makes a set's owners of, after both of the above.
  [[nodiscard]] sets::Sources sources_of(const specs::SetOwners& wanted) const;

  /// Who was suspended comes back by Coder's word alone.
  [[nodiscard]] async::awaitable<void> ask_after_doubtful(const sets::Membership& known,
                                                          sets::OwnersRead& read);
  /// A token that has lost a right sees fewer members and no error: who is missing is believed to have left
  /// only where the token may see all.
  [[nodiscard]] async::awaitable<void> prove_right(const specs::SetOwners& wanted,
                                                   const sets::Membership& known, sets::OwnersRead& read);
  /// Why somebody may be missing from what was read, behind "since"; empty: nobody is.
  [[nodiscard]] async::awaitable<std::string> doubt_of_members(const specs::SetOwners& wanted);

 private:
  using MembersRead = coder::MembersRead;

  /// Good for this cycle. No copy: that of a result of a bool may come out as whether it has one.
  async::awaitable<const coder::ApiResult<bool>*> right_to_read(const OrganizationId& organization);
  void judge(const MembersRead& read);
  /// Of whom nobody has told anything, and a few of whom it is longest ago.
  [[nodiscard]] std::vector<std::string> ids_to_look_up(std::vector<std::string> ids) const;
  /// Of a user who is not shown any more the last that was known stands.
  async::awaitable<void> look_up_one(const std::string& id);
  /// Asked again from time to time, and whenever fewer are suspended than before.
  async::awaitable<void> prove_sight_of_users();

  Reconciler::Memory& memory_;
  std::map<std::string, MembersRead> organizations_;
  std::map<std::pair<std::string, std::string>, MembersRead> groups_;
  std::optional<MembersRead> suspended_;
  std::optional<coder::ApiResult<bool>> sees_all_users_;
  sets::Users users_;
  std::map<OrganizationId, coder::ApiResult<bool>> rights_;
  std::optional<coder::ApiError> refused_;
};

}  // namespace cr::reconcile
