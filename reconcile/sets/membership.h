#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reconcile/async/clock.h"
#include "reconcile/plan/guard.h"
#include "reconcile/sets/expand.h"
#include "reconcile/sets/owner.h"
#include "specs/desired_state.h"
#include "specs/workspace_set.h"

namespace cr::reconcile::sets {

/// How many may leave a set at once before a person has to look, and how messages name that.
struct LeaveLimit {
  ChangeLimit limit{};  ///< of the set's members
  GuardWords words{};
};

/// A person's yes to those who leave is good for so long.
inline constexpr std::chrono::hours kApprovalIsGoodFor{24};

/// One set from cycle to cycle: whom it has workspaces for, and who was one of them.
///
/// Reads of owners are believed step by step, since what looks like people leaving is more often a list that
/// was cut short, a token that may see less, or a directory that is being synchronised:
/// - a read with a problem changes nothing;
/// - who is missing has left, unless so many are at once that a person has to look, or the list is empty
///   where there was somebody: then all stay, and whoever is new comes in all the same;
/// - who was suspended comes back only when Coder says that they are active, and not because it no longer
///   says that they are suspended.
/// Leaving deletes nothing: the workspace is no longer declared, or, where the set says so, it is declared as
/// dormant and no more. That is done only for workspaces that this process has declared as this set's own.
///
/// In each cycle: declare, take, expand. All of it can be lost: after that nobody is known to have left but
/// those whom know_former() tells.
class Membership {
 public:
  struct Member {
    Owner owner;
    specs::SpecPtr workspace;  ///< null: Coder would refuse it
  };
  struct Leaver {
    Owner owner;
    bool suspended = false;
    specs::SpecPtr last;    ///< the workspace, as it was declared; null: it was never the set's own
    specs::SpecPtr asleep;  ///< what is declared of it; null: nothing
  };

  /// This is the set from now on. What was approved of another one is approved no more.
  void declare(const specs::SetPtr& set);

  /// Members of whom this read says nothing at all.
  [[nodiscard]] bool misses_any(const OwnersRead& read) const;
  /// Owners of this read who were suspended when last seen, and whom nobody has said to be active since.
  [[nodiscard]] std::vector<Owner> in_doubt(const OwnersRead& read) const;

  /// `is_own`: whether a workspace that was declared for a member was this set's, and no other document's.
  void take(OwnersRead read, const LeaveLimit& limit, async::SteadyTime now,
            const std::function<bool(const specs::WorkspaceSpec&)>& is_own);
  /// Whether it matters who had a workspace of this set before this process began, and can be asked: once,
  /// when a read has told who the owners are.
  [[nodiscard]] bool wants_former(async::SteadyTime now) const;
  /// What was found. `former`: those who are seen to have had one; they have left. `remarks`: sentences
  /// without a full stop on what is left alone, and why.
  void know_former(std::vector<Owner> former, std::vector<std::string> remarks);
  /// It cannot be asked now, for the reason that `remark` gives; again from `not_before` on.
  void postpone_former(std::string remark, async::SteadyTime not_before);
  /// Makes the workspaces: those that say what they said stay the same objects.
  void expand();
  /// The workspaces of these leavers are no more, or somebody else's to declare, so there is nothing to be
  /// declared of them.
  void forget(const std::function<bool(const specs::WorkspaceSpec&)>& is_gone);
  /// Whoever is held may go, if this is the digest of who that is: once, in the next cycle that reads the
  /// same, and for a day at most. With others in their place, or another set, it ends.
  bool approve(std::string_view digest, async::SteadyTime now);

  [[nodiscard]] const specs::SetPtr& set() const { return set_; }
  [[nodiscard]] const std::vector<Member>& members() const { return members_; }
  [[nodiscard]] const std::vector<Leaver>& leavers() const { return leavers_; }
  [[nodiscard]] const std::vector<specs::Diagnostic>& diagnostics() const { return diagnostics_; }
  [[nodiscard]] const std::optional<Problem>& problem() const { return problem_; }
  /// Of the last whole read, as OwnersRead has them.
  [[nodiscard]] const Exceptions& exceptions() const { return exceptions_; }
  /// Of what is left alone, since nothing shows that it was made by this set.
  [[nodiscard]] const std::vector<std::string>& former_remarks() const { return former_.remarks; }
  [[nodiscard]] const std::vector<std::string>& unknown_owners() const { return unknown_owners_; }
  [[nodiscard]] const std::vector<std::string>& odd_exceptions() const { return odd_exceptions_; }
  /// Who would leave and does not.
  [[nodiscard]] std::size_t held() const { return held_; }
  /// Of them; empty where nobody is held.
  [[nodiscard]] const std::string& digest() const { return digest_; }
  /// Why they are held, and each way out; empty where nobody is.
  [[nodiscard]] const std::string& why_held() const { return why_held_; }
  /// Grows when any of the workspaces has changed, come or gone.
  [[nodiscard]] std::uint64_t version() const { return version_; }

 private:
  struct Approved {
    std::string digest;
    async::SteadyTime at{};
  };

  [[nodiscard]] std::vector<Owner> leaving(const OwnersRead& read) const;
  [[nodiscard]] bool holds(const std::vector<Owner>& leaving, const OwnersRead& read, const LeaveLimit& limit,
                           async::SteadyTime now);
  void let_go(const std::vector<Owner>& leaving, const OwnersRead& read,
              const std::function<bool(const specs::WorkspaceSpec&)>& is_own);
  void settle(std::vector<Owner> owners);

  specs::SetPtr set_;
  std::optional<Expander> expander_;
  std::vector<Member> members_;  ///< sorted by username
  std::vector<Leaver> leavers_;  ///< likewise
  std::vector<specs::Diagnostic> diagnostics_;
  std::optional<Problem> problem_;
  Exceptions exceptions_;
  std::vector<std::string> unknown_owners_, odd_exceptions_;
  std::size_t held_ = 0;
  std::string digest_, why_held_;
  std::optional<Approved> approved_;
  std::uint64_t version_ = 0;
  bool members_changed_ = false, set_changed_ = false;
  /// Of those who had left before this process began.
  struct Former {
    bool known = false;  ///< as far as it can be
    async::SteadyTime not_before = async::SteadyTime::min();
    std::vector<std::string> remarks;
  };
  Former former_;
};

}  // namespace cr::reconcile::sets
