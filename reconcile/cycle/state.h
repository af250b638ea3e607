#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "reconcile/cycle/memory.h"
#include "reconcile/execute/executor.h"
#include "reconcile/plan/planner.h"
#include "reconcile/read/reader.h"
#include "reconcile/resolve/binding.h"
#include "specs/desired_state.h"

namespace cr::reconcile {

/// One declared workspace on its way through a cycle. What does not apply stays empty.
struct Declared {
  const specs::WorkspaceSpec* spec = nullptr;
  const Identity* identity = nullptr;
  const LiveWorkspace* live = nullptr;          ///< as read; null: absent, or not read
  const coder::ApiError* read_error = nullptr;  ///< not read
  bool absence_proven = false;
  std::string duplicate;                   ///< another document declares it too: message
  std::string owner_changed;               ///< its owner's name has passed to another user: message
  std::unique_ptr<const Bound> bound;      ///< absent, and can be created
  std::unique_ptr<const Unbound> unbound;  ///< absent, and cannot
  WorkspaceDiff diff;                      ///< as read
  bool compared = false;                   ///< `diff` says all that is left to do
  PlannedWorkspace planned;
  const Backoff* backoff = nullptr;  ///< in force
  FieldVerdict fields;
  // After execution:
  std::span<const Outcome> outcomes;
  const Seen* seen = nullptr;
  std::unique_ptr<const WorkspaceDiff> diff_of_reply;  ///< of `seen`
  bool proven = false;                                 ///< `seen` is newer than every write of this cycle

  [[nodiscard]] bool absent() const { return !live && !read_error; }
  /// The workspace as it is known now: as a reply of this cycle showed it, or as read.
  [[nodiscard]] const LiveWorkspace* latest() const { return seen ? &seen->row : live; }
  [[nodiscard]] const WorkspaceDiff& latest_diff() const { return diff_of_reply ? *diff_of_reply : diff; }
};

/// Everything that one cycle holds. Pointers and spans above point into it.
struct CycleState {
  CycleState(Reconciler::Memory& memory_, const specs::DesiredState& desired_)
      : memory(memory_), desired(desired_) {}
  CycleState(const CycleState&) = delete;
  CycleState& operator=(const CycleState&) = delete;

  Reconciler::Memory& memory;
  const specs::DesiredState& desired;

  async::SteadyTime begun{};
  async::WallTime begun_wall{};
  std::chrono::nanoseconds read_duration{0};

  std::optional<ReadOutcome> read;
  std::vector<Declared> declared;  ///< in the order of desired.specs
  /// Policies that could not be read in this cycle and are not known from before.
  std::optional<coder::ApiError> policies_unread;
  Plan plan;
  Verdict verdict;
  Executed executed;
  std::vector<Seen> read_back;  ///< what was written and no reply had shown, as it is now
  /// Nothing was written, or no longer: the token was refused, or Coder does not answer.
  std::optional<coder::ApiError> stopped_by;

  /// Null where it is not declared.
  [[nodiscard]] Declared* find(const Identity& workspace);
};

/// Builds of ours that are under way: as read, and those that we queued where this cycle could not read.
/// While we do not know who we are every active build counts as ours, so that the limit holds.
[[nodiscard]] std::size_t own_active_builds(const CycleState& state);

/// The template of a live workspace, if known.
[[nodiscard]] const coder::Template* policy_of(const Reconciler::Memory& memory, const LiveWorkspace& live);
/// What has to change until it is as declared, by a diff of it; fields that may not be written, or not now,
/// included. `live`: null if absent.
[[nodiscard]] ChangesLeft changes_left(const WorkspaceDiff& diff, const LiveWorkspace* live,
                                       const std::optional<UserId>& me);
/// What a diff of this workspace needs beside spec and live state.
[[nodiscard]] DiffContext context_of(const Reconciler::Memory& memory, const LiveWorkspace& live);

/// The live value of a field as the memory of fields knows it.
[[nodiscard]] OtherValue other_value(const WorkspaceDiff& diff, Field field);

}  // namespace cr::reconcile
