#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reconcile/async/clock.h"
#include "reconcile/coder/api_error.h"
#include "reconcile/diff/diff.h"
#include "reconcile/model/live_workspace.h"
#include "reconcile/plan/outcome.h"
#include "reconcile/plan/planner.h"
#include "reconcile/read/costs.h"
#include "reconcile/resolve/binding.h"
#include "specs/desired_state.h"

namespace cr::reconcile {

struct Backoff;

/// Which fields of one workspace must not be written now, and why.
struct FieldVerdict {
  FieldSet overridden{};          ///< Coder kept another value; includes those that are due again
  FieldSet overridden_waiting{};  ///< of these: not due yet
  FieldSet contested{};           ///< set back by others three times within a day
  std::optional<async::SteadyTime> next_try{};  ///< earliest of the waiting ones
  bool operator==(const FieldVerdict&) const = default;
};

/// Why a declared workspace is left alone whatever is live.
struct Excluded {
  Reason reason = Reason::Rejected;
  std::string message;
};

/// What a decision is beside the diff: what stands in its way, and what is to be done.
struct Decided {
  const Excluded* excluded = nullptr;
  const Bound* bound = nullptr;      ///< absent, and can be created
  const Unbound* unbound = nullptr;  ///< absent, and cannot
  const Backoff* backoff = nullptr;  ///< in force
  FieldVerdict fields{};             ///< what must not be written
  const WorkspacePlan* planned = nullptr;
  const Waiting* waiting = nullptr;
};

/// What was done, and what has been seen of the workspace since.
struct Done {
  std::span<const Outcome> outcomes = {};
  const LiveWorkspace* seen = nullptr;       ///< as a reply or the read back showed it after that
  const WorkspaceDiff* seen_diff = nullptr;  ///< of `seen`; never null beside it
  bool proven = false;                       ///< `seen` came after every write of this cycle
  bool nothing_left = false;                 ///< and nothing that was planned is left
  bool id_lost = false;                      ///< its id leads nowhere any more
  bool passed_over = false;                  ///< had no turn, for want of a slot or of a Coder that answers
};

/// A part of the facts that few workspaces have: an empty one is read where there is none. As wide as a
/// pointer; copies point to the same part.
template <class Part>
class Rarely {
 public:
  [[nodiscard]] const Part& operator*() const { return part_ ? *part_ : kNone; }
  [[nodiscard]] const Part* operator->() const { return &**this; }
  /// To be written. Where there is none it is made among `parts`, which outlive this.
  [[nodiscard]] Part& among(std::deque<Part>& parts) {
    if (!part_) part_ = &parts.emplace_back();
    return *part_;
  }

 private:
  static constexpr Part kNone{};
  Part* part_ = nullptr;
};

/// What one cycle saw, decided and did of one declared workspace. Each part is null, or empty, where it does
/// not apply; pointers are into the cycle. Memories learn from these and from nothing else. There is one for
/// each of a hundred thousand workspaces, also between cycles: what few of them have is apart.
struct WorkspaceFacts {
  const specs::WorkspaceSpec* spec = nullptr;  ///< never null
  const Identity* identity = nullptr;          ///< never null
  WorkspaceId id{};                            ///< by which it is known; nil: it is not

  // Read. Exactly one of live, absent and read_error says what came of it.
  const LiveWorkspace* live = nullptr;
  const coder::ApiError* read_error = nullptr;
  /// What was read against the spec; null: it was not compared.
  const WorkspaceDiff* diff = nullptr;
  Rarely<Decided> decided{};
  Rarely<Done> done{};
  bool absence_proven = false;                     ///< absent by a look at its very name
  coder::Deleted deleted = coder::Deleted::never;  ///< absent: what became of the last one, where it is known

  [[nodiscard]] bool absent() const { return !live && !read_error; }
  /// It was held against its spec, so that what the diff does not name is as declared.
  [[nodiscard]] bool compared() const { return diff && !diff->blocked; }
  /// As it is known now.
  [[nodiscard]] const LiveWorkspace* latest() const { return done->seen ? done->seen : live; }
  [[nodiscard]] const WorkspaceDiff* latest_diff() const { return done->seen_diff ? done->seen_diff : diff; }
  [[nodiscard]] bool acted() const { return !done->outcomes.empty(); }
  [[nodiscard]] bool any(ActionResult result) const {
    for (const Outcome& outcome : done->outcomes) {
      if (outcome.result == result) return true;
    }
    return false;
  }
};

/// Index among all that is declared.
using Place = std::uint32_t;

/// What one cycle saw, decided and did.
struct CycleFacts {
  async::SteadyTime begun{};
  async::SteadyTime ended{};
  async::WallTime begun_wall{};
  std::optional<UserId> me{};        ///< whose token it is, if known
  bool token_refused = false;        ///< nothing was written, or no longer
  bool address_checked = false;      ///< what answers is no workspace proxy
  const ReadCosts* costs = nullptr;  ///< as this cycle's read learnt them
  /// Usernames (in lower case) that were looked up.
  std::span<const std::pair<std::string, UserId>> users = {};
  /// Everything that is declared; sorted by identity.
  std::span<const specs::SpecPtr> declared = {};
  /// Of these the ones that the cycle looked at, in their order: the others rest, and are as they were.
  std::span<const WorkspaceFacts> workspaces = {};
  /// Where each of `workspaces` stands among the declared ones; without a meaning where none rest.
  std::span<const Place> places = {};
  /// The ids of those that are no longer declared, sorted; nil stands for those of which none was known.
  std::span<const WorkspaceId> undeclared = {};

  /// Null where it is not declared, and where it rests.
  [[nodiscard]] const WorkspaceFacts* find(const Identity& workspace) const;
  [[nodiscard]] bool is_declared(const Identity& workspace) const;
  /// Whether something is declared for this owner, a username in lower case or a UUID.
  [[nodiscard]] bool is_owner(std::string_view owner) const;
  /// That it was not looked at tells nothing of it.
  [[nodiscard]] bool some_rest() const { return workspaces.size() < declared.size(); }
  [[nodiscard]] std::size_t place_of(std::size_t index) const { return some_rest() ? places[index] : index; }
  /// No workspace is missing from the plan for want of a read.
  [[nodiscard]] bool read_all() const;
};

}  // namespace cr::reconcile
