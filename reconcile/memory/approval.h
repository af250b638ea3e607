#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reconcile/async/clock.h"
#include "reconcile/fields/field.h"
#include "reconcile/memory/facts.h"
#include "reconcile/plan/guard.h"
#include "reconcile/plan/plan.h"

namespace cr::reconcile {

/// What has to change on one workspace until it is as declared: planned in this cycle, or waiting for a
/// build, a slot, a backoff.
struct ChangesLeft {
  FieldSet fields{};         ///< `missing`: it is to be created, with all that its spec declares
  bool first_build = false;  ///< under way or failed, to be brought to its end
  [[nodiscard]] bool empty() const { return fields.empty() && !first_build; }
  bool operator==(const ChangesLeft&) const = default;
};
/// What a plan does to one workspace.
[[nodiscard]] ChangesLeft changes_of(const WorkspacePlan& plan);
/// By a diff of it; fields that may not be written, or not now, included. `live`: null if absent.
[[nodiscard]] ChangesLeft changes_left(const WorkspaceDiff& diff, const LiveWorkspace* live,
                                       const std::optional<UserId>& me);

/// A person's yes to a plan that is over the limit.
///
/// A large plan takes several cycles: builds go a few at a time, dormancy waits for a stop, some cycles
/// cannot read. Each plans what is left, which is another plan with another digest. So an approval is kept
/// workspace by workspace, as the changes that the plan showed. Each of these ends when it is done, with a
/// change of the workspace's spec, or a day after the approval; nothing else is covered. Whoever changes
/// back what was done needs another approval. Lives in this process alone: after a restart a plan is held
/// anew.
class Approval {
 public:
  /// Approves a plan that is held: all that it showed is covered from now on, whatever the next cycle can
  /// read. Returns false for any other digest, which is good for the plan of the next cycle that reads
  /// everything, and for no later one.
  bool approve(std::string digest, async::SteadyTime now);

  /// The guard's verdict on the plan of this cycle: what is covered does not count against the limit.
  [[nodiscard]] Verdict judge(const Plan& plan, const CycleFacts& cycle, const ChangeLimit& limit,
                              const GuardWords& words = {}) const;

  /// `verdict`: judge's, on this plan.
  void observe(const CycleFacts& cycle, const Plan& plan, const Verdict& verdict);

  /// Workspaces with a change that is covered.
  [[nodiscard]] std::size_t size() const { return covered_.size(); }

 private:
  struct Covered {
    ChangesLeft changes;
    std::uint64_t spec = 0;
    async::SteadyTime since{};
  };
  struct Planned {
    Identity workspace;
    ChangesLeft changes;
    std::uint64_t spec = 0;
  };
  struct Held {
    std::string digest;
    std::vector<Planned> workspaces;
  };
  /// A digest that came before its plan.
  struct Awaited {
    std::string digest;
    async::SteadyTime since{};
  };

  /// What of it is still covered, with what the cycle read; nothing: it is over.
  [[nodiscard]] static ChangesLeft still_covered(const Identity& workspace, const Covered& covered,
                                                 const CycleFacts& cycle);
  [[nodiscard]] std::size_t count_covered(const Plan& plan, const CycleFacts& cycle) const;
  [[nodiscard]] bool awaits(const std::string& digest, async::SteadyTime now) const;
  [[nodiscard]] static Held shown(const Plan& plan, std::string digest, const CycleFacts& cycle);
  void cover(const Held& plan, async::SteadyTime now);
  void spend(const WorkspaceFacts& one, const std::optional<UserId>& me);

  std::map<Identity, Covered> covered_;
  /// Plans that a person may have seen and approve: the latest that rests on a whole read, and those of later
  /// cycles that could not read everything.
  std::vector<Held> held_;
  std::optional<Awaited> awaited_;
};

}  // namespace cr::reconcile
