#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reconcile/cycle.h"
#include "reconcile/execute/executor.h"
#include "reconcile/feed/change_feed.h"
#include "reconcile/memory/facts.h"
#include "reconcile/memory/looked_back.h"
#include "reconcile/memory/memories.h"
#include "reconcile/memory/resting.h"
#include "reconcile/memory/sets_seen.h"
#include "reconcile/plan/planner.h"
#include "reconcile/read/reader.h"
#include "reconcile/report/status_table.h"
#include "reconcile/sets/status.h"
#include "specs/desired_state.h"

namespace cr::reconcile {

/// What a cycle is made in. Empty between cycles, with the room of the last one: a fleet's is megabytes, and
/// made anew in each it would tear holes into the heap.
struct CycleBuffers {
  ReadBuffers read;
  std::vector<WorkspaceFacts> declared;
};

/// What is known from earlier cycles. Nothing in it leads to who made it.
struct Knowledge {
  Memories remembered;
  SetsSeen sets;
  std::optional<feed::ChangeFeed> feed;  ///< absent: the log is not followed
  Resting resting;                       ///< for it, and for whoever plans with this
  LookedBack looked_back;                ///< without it
  StatusTable statuses;                  ///< of the last cycle that ended in no defect
  async::WallTime statuses_from{};       ///< when that began
};

/// That, and collaborators.
struct Reconciler::Memory : Knowledge {
  Memory(coder::Readers readers, coder::Writers writers, async::Clock& clock_, Observer& observer_,
         Limits limits_)
      : reader(readers.all),
        owners_reader(readers.owners),
        audit(readers.audit),
        people(readers.people),
        writer(writers.all),
        owners_writer(writers.owners),
        clock(clock_),
        observer(observer_),
        limits(limits_) {
    if (audit && limits.follow) feed.emplace(*limits.follow);
  }
  /// Plans only, with what another one knows.
  Memory(coder::Readers readers, async::Clock& clock_, Observer& observer_, Limits limits_, Knowledge known)
      : Knowledge(std::move(known)),
        reader(readers.all),
        owners_reader(readers.owners),
        audit(readers.audit),
        people(readers.people),
        writer(nullptr),
        owners_writer(nullptr),
        clock(clock_),
        observer(observer_),
        limits(limits_),
        is_guest(true) {}

  coder::CoderReader& reader;
  coder::OwnersReader* owners_reader;  ///< null: no owner's token is at hand
  coder::AuditReader* audit;           ///< null: its log is not followed
  coder::DirectoryReader* people;      ///< null: nobody can be asked for owners of sets
  coder::CoderWriter* writer;          ///< null: plan only
  coder::OwnersWriter* owners_writer;  ///< as owners_reader
  async::Clock& clock;
  Observer& observer;
  Limits limits;

  bool is_guest = false;  ///< what it knows is another's, and is taken as it is
  CycleBuffers buffers;   ///< lent to the cycle that is under way

  /// Coder's clock, as far as its answers have told.
  [[nodiscard]] std::chrono::sys_seconds coders_time() const;
  /// What a diff of this row needs beside its spec; `now` by Coder's clock, `begun` is the cycle's.
  [[nodiscard]] DiffContext context_of(const specs::WorkspaceSpec& spec, const LiveWorkspace& row,
                                       async::SteadyTime begun, std::chrono::sys_seconds now) const;
};

/// Everything that one cycle holds: the facts of each declared workspace, and what they point to.
struct CycleState {
  CycleState(Reconciler::Memory& memory_, const specs::DesiredState& desired_)
      : memory(memory_), desired(desired_), declared(std::exchange(memory_.buffers.declared, {})) {}
  CycleState(const CycleState&) = delete;
  CycleState& operator=(const CycleState&) = delete;

  Reconciler::Memory& memory;
  const specs::DesiredState& desired;  ///< documents and what the sets declare
  std::vector<sets::SetStatus> sets;   ///< one for each

  async::SteadyTime begun{};
  async::WallTime begun_wall{};
  std::chrono::nanoseconds read_duration{0};
  std::chrono::sys_seconds coders_now{};  ///< by Coder's clock, when the read had ended

  std::vector<feed::Why> chosen;             ///< why each is read, or that it is not; empty: all are
  std::optional<std::vector<Place>> places;  ///< of those that are looked at, among all; absent: all are
  std::vector<WorkspaceId> undeclared;       ///< known by these, and no longer declared
  bool look_failed = false;                  ///< the log was asked and gave no answer
  std::optional<ReadOutcome> read;
  bool address_checked = false;
  std::vector<WorkspaceFacts> declared;  ///< those that are looked at, in the order of desired.specs
  std::vector<std::pair<std::string, UserId>> users;  ///< that are known from look-ups
  /// Policies that could not be read in this cycle and are not known from before.
  std::optional<coder::ApiError> policies_unread;
  std::size_t builds_in_flight = 0;  ///< of ours, as read
  Plan plan;
  Verdict verdict;
  Executed executed;
  std::vector<Seen> read_back;  ///< what was written and no reply had shown, as it is now
  /// Nothing was written, or no longer: the token was refused, or Coder does not answer.
  std::optional<coder::ApiError> stopped_by;

  // What facts point to: most workspaces need none of it.
  std::deque<LiveWorkspace> found;     ///< by looks after the read
  std::deque<coder::ApiError> errors;  ///< of looks that failed
  std::deque<Decided> decided;
  std::deque<Done> done;
  std::deque<Excluded> excluded;
  std::deque<Bound> bound;
  std::deque<Unbound> unbound;
  std::deque<WorkspaceDiff> diffs;
  std::deque<Backoff> backoffs;
  std::deque<Waiting> waits;

  /// Its end: what it borrowed goes back to memory. A cycle that ends without this just loses it.
  void give_buffers_back();

  void look_at_clock() { coders_now = memory.coders_time(); }
  /// What a diff of this row needs beside its spec.
  [[nodiscard]] DiffContext context_of(const specs::WorkspaceSpec& spec, const LiveWorkspace& row) const {
    return memory.context_of(spec, row, begun, coders_now);
  }
  /// Writes what Coder takes from a workspace's owner alone; null where there is no token of theirs.
  [[nodiscard]] coder::CoderWriter* owners_writer(const Identity& workspace);

  /// Where declared[index] stands in desired.specs.
  [[nodiscard]] std::size_t place_of(std::size_t index) const { return places ? (*places)[index] : index; }
  [[nodiscard]] const specs::SpecPtr& spec_of(std::size_t index) const {
    return desired.specs[place_of(index)];
  }
  [[nodiscard]] bool some_rest() const { return places.has_value(); }
  /// Null where it is not declared, and where it rests.
  [[nodiscard]] WorkspaceFacts* find(const Identity& workspace);
  /// With what is known by now.
  [[nodiscard]] CycleFacts facts() const;
  /// What there is to be written of them, made at the first use.
  [[nodiscard]] Decided& decided_of(WorkspaceFacts& one) { return one.decided.among(decided); }
  [[nodiscard]] Done& done_of(WorkspaceFacts& one) { return one.done.among(done); }
  /// These must not be written, and no others.
  void forbid_fields(WorkspaceFacts& one, const FieldVerdict& fields);
  /// Leaves it alone in this cycle; what excluded it first is what is said.
  void exclude(WorkspaceFacts& one, Excluded why);
  /// The diff of a row, at an address that stays good.
  [[nodiscard]] const WorkspaceDiff* keep(WorkspaceDiff diff);
};

}  // namespace cr::reconcile
