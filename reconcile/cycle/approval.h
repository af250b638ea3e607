#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reconcile/async/clock.h"
#include "reconcile/fields/field.h"
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

/// What a cycle knows of one declared workspace when its plan is judged.
struct WorkspaceFacts {
  std::uint64_t spec = 0;  ///< spec_fingerprint
  bool exists = false;     ///< if known
  /// Absent: not read or not compared, so nothing is known to be done.
  std::optional<ChangesLeft> left{};
};

/// A person's yes to a plan that is over the limit.
///
/// A large plan takes several cycles: builds go a few at a time, dormancy waits for a stop, some cycles
/// cannot read. Each plans what is left, which is another plan with another digest. So an approval is kept
/// workspace by workspace, as the changes that the plan showed. Each of these ends when it is done, with a
/// change of the workspace's spec, or a day after the approval; nothing else is covered. Lives in this
/// process alone: after a restart a plan is held anew.
class Approval {
 public:
  /// Approves a plan that is held: all that it showed is covered from now on, whatever the next cycle can
  /// read. Returns false for any other digest, which is good for the plan of the next cycle that reads
  /// everything, and for no later one.
  bool approve(std::string digest, async::SteadyTime now);

  /// Of a workspace; nothing if it is not declared. Asked for those that were approved or are planned.
  using FactsOf = std::function<std::optional<WorkspaceFacts>(const Identity&)>;

  /// The guard's verdict on the plan of a cycle: what is covered does not count against the limit.
  /// `read_all`: no workspace is missing from the plan for want of a read.
  [[nodiscard]] Verdict judge(const Plan& plan, std::size_t declared, const ChangeLimit& limit, bool read_all,
                              const FactsOf& facts_of, async::SteadyTime now);

  /// A planned workspace after a cycle that wrote: of what was `written` only what is `left` stays covered.
  /// Whoever changes it back after that needs another approval.
  void wrote(const Identity& workspace, ChangesLeft written, ChangesLeft left);

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

  void end_what_is_over(const FactsOf& facts_of, async::SteadyTime now);
  [[nodiscard]] std::size_t count_covered(const Plan& plan) const;
  [[nodiscard]] static Held seen(const Plan& plan, std::string digest, const FactsOf& facts_of);
  void cover(const Held& plan, async::SteadyTime now);

  std::map<Identity, Covered> covered_;
  /// Plans that a person may have seen and approve: the latest that rests on a whole read, and those of later
  /// cycles that could not read everything.
  std::vector<Held> held_;
  std::optional<Awaited> awaited_;
};

}  // namespace cr::reconcile
