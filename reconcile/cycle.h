#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reconcile/async/clock.h"
#include "reconcile/coder/api.h"
#include "reconcile/feed/sweep.h"
#include "reconcile/fields/managed_field.h"
#include "reconcile/memory/builds_seen.h"
#include "reconcile/model/own_build.h"
#include "reconcile/observer.h"
#include "reconcile/plan/guard.h"
#include "reconcile/report/report.h"
#include "specs/desired_state.h"

namespace cr::reconcile {

/// What a reconciler knows from its cycles (reconcile/cycle/state.h).
struct Knowledge;
struct DeleteKnowledge {
  void operator()(Knowledge* known) const;
};
using KnowledgePtr = std::unique_ptr<Knowledge, DeleteKnowledge>;

struct Limits {
  ChangeLimit max_changes;
  GuardWords held{};            ///< of the message that says why a plan is held
  GuardWords held_leavers{};    ///< likewise, why owners stay in a set
  std::size_t concurrency = 4;  ///< workspaces that are written at a time
  std::size_t max_builds = 10;  ///< builds of ours in flight
  /// What somebody else has started is stopped for `dormant: true` when nobody has used it for so long; 0: at
  /// once.
  std::chrono::seconds idle_before_stop = std::chrono::minutes(30);
  std::string_view retain_setting = FieldContext().retain_setting;  ///< how messages name it
  std::string_view tokens_setting = FieldContext().tokens_setting;  ///< likewise, of owners' tokens
  bool allow_retain = false;  ///< `retain` may override a template's dormancy
  /// How the audit log is followed; absent: every cycle reads whole.
  std::optional<feed::Pace> follow{};
  /// For a process that does not stay: of what has drifted the audit log is asked who set it, and how often
  /// within a day it has been set back. (One that follows the log asks so in its first cycle.)
  bool look_back = false;
  /// For whoever gives what it knows away: who rests is noted, though no log is followed.
  bool shares_knowledge = false;
  /// What took how long in a build of ours is asked so long after its end was seen: agents connect, and run
  /// their scripts, when the build is over.
  std::chrono::seconds timings_after{30};
  std::chrono::seconds timings_again = std::chrono::minutes(10);  ///< once more, where agents were not ready
};

/// Keeps declared workspaces as declared. One instance lives as long as the process; what it remembers
/// between cycles (ids, look-ups, backoff, contested fields, conditions) can be lost at any time and is built
/// again.
///
/// A cycle: read live state of what is declared, resolve names, diff, plan, guard, execute, report.
///
/// Without writers it plans and reports and has no way to change anything. One cycle at a time; one thread.
class Reconciler {
 public:
  /// What is referred to outlives the reconciler.
  Reconciler(coder::Readers readers, coder::Writers writers, async::Clock& clock, Observer& observer,
             Limits limits);
  /// Plans with what another one knows, in place of all that has not changed since: reads what `known` has
  /// otherwise, or not at all, and what it does not know to be as declared. So it may be asked about other
  /// specs than `known` comes from, and its plan is the one that a next cycle there would make of them, with
  /// the same digest, if nothing else has changed.
  Reconciler(coder::Readers readers, async::Clock& clock, Observer& observer, Limits limits,
             KnowledgePtr known);
  ~Reconciler();

  /// A copy of what it knows, for another thread as well. Between two cycles.
  [[nodiscard]] KnowledgePtr knowledge() const;

  /// One cycle over `desired` (already reduced to what is selected). Never throws for what Coder or the
  /// network does: that is in the report. Cancelling (terminal) starts no new action, lets writes in flight
  /// end, then throws operation_aborted.
  [[nodiscard]] async::awaitable<ReportPtr> run_cycle(const specs::DesiredState& desired);

  /// Approves the plan with this digest although it is over the limit: what it changes on each workspace,
  /// until that is done, its spec changes, or for a day. True if that plan is held. Likewise for owners who
  /// would leave a set and are held, if it is their digest: they leave in the next cycle that reads the same.
  /// Any other digest is good for the plan of the next cycle that reads everything, and for no later one.
  bool approve(std::string digest);

  /// Builds of ours that the last cycle saw under way. A cycle has nothing to wait for but their ends that
  /// somebody else could see sooner.
  [[nodiscard]] std::vector<OwnBuild> builds_in_flight() const;

  /// What became of builds of ours, as the last cycle saw them.
  [[nodiscard]] BuildsSeen builds_seen() const;

  /// What the last cycle knew of this workspace beside spec and row, for whoever explains its fields.
  [[nodiscard]] FieldContext context_of(const specs::WorkspaceSpec& spec, const LiveWorkspace& row) const;

  /// What it remembers between cycles; known to the parts of a cycle alone (reconcile/cycle/state.h).
  struct Memory;

 private:
  std::unique_ptr<Memory> memory_;
};

}  // namespace cr::reconcile
