#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "daemon/commit/status.h"
#include "reconcile/async/clock.h"
#include "reconcile/model/condition.h"
#include "reconcile/report/report.h"
#include "reconcile/report/rows.h"
#include "reconcile/sets/status.h"
#include "specs/desired_state.h"

namespace cr::daemon {

/// How a revision of the specs comes to be live, told as the status of its commit: `pending` when it is first
/// seen, `success` when the last workspace that it changed has converged, `failure` while somebody must act.
///
/// - **What a revision changed**: workspaces whose spec is new or says something else than in the revision
///   before, wherever it stands in its file; sets likewise. Of the workspaces that sets declare, those that
///   come to be a set's, or to say something else, before each set that changed is resolved: what a document
///   or a set gives up may come to a set that did not change. Whoever joins one by chance just then counts
///   too. What a revision brings and the next one takes back has changed twice, and has to converge again.
/// - **Carried over** is what the revision before had not brought to its end, and had not told to wait for a
///   person: its own commit gets no more statuses, and else nobody would ever be told. What waits for a
///   person by then has been told where it belongs, and makes no later commit fail.
/// - **Converged** is reconcile::is_settled() in a cycle that could read, once for each workspace. Somebody
///   may well have changed the first one again when the last one gets there; that is drift, and no business
///   of the commit's.
/// - **Somebody must act**: a workspace or a set that the revision changed waits for a person, or a document
///   is invalid. So does a workspace whose policy only reports and which differs: it is not as declared, and
///   nobody else will make it so. Coder that is away, or that rejects the token, is no fault of the commit's:
///   it stays as it was. So does each workspace or set that waited for a person and could not be read since.
/// - **A success is the last word** on its revision: what happens to workspaces afterwards is news, not the
///   outcome of a commit. A failure that is over becomes a success at once, and pending after kSettled, so
///   that builds that fail again and again are one failure. What changes in a checkout before its revision
///   does counts for the revision that comes.
/// - **A revision that is replaced** gets no more statuses, and keeps the last one. One that comes back (a
///   branch is set back) is a new one.
/// - **After a start** nobody knows what the revision in force has changed: everything that is declared
///   counts. What was told before the start is not known either: pending is told when a whole cycle has found
///   it to be so, else a restart would turn what is green yellow for a moment.
/// - Each status differs from the one before. Of a failure the text alone may change, at most every kSettled.
///   After kMostOfOne statuses (forges take 1000 of a commit) only a success is told.
///
/// A value with one thread; pure. It shares specs and the last rows with those who made them.
class Rollout {
 public:
  static constexpr std::chrono::minutes kSettled{5};
  static constexpr std::size_t kMostOfOne = 400;

  /// The specs have been read: these are in force now.
  [[nodiscard]] std::optional<CommitStatus> see(std::shared_ptr<const specs::DesiredState> desired,
                                                async::WallTime now);
  /// A cycle over what was last seen has ended; another one's report is nothing to it.
  [[nodiscard]] std::optional<CommitStatus> hear(const reconcile::CycleReport& report);

 private:
  /// Who waits for a person.
  struct BlockedSet {
    std::string name;
    reconcile::sets::Reason reason = reconcile::sets::Reason::NoOwners;
  };
  struct BlockedWorkspace {
    specs::SpecPtr spec;
    reconcile::Reason reason = reconcile::Reason::Forbidden;
  };

  void begin_with_all();
  void begin_after(const specs::DesiredState& before);
  void carry_over();
  void await_declared_only();
  void await_changes(const specs::DesiredState& before);
  void await_set(const std::string& name);
  void take_members(const reconcile::Rows& rows);
  void take_sets(const std::vector<reconcile::sets::SetStatus>& sets);
  void take_rows(const reconcile::Rows& rows);
  void await(std::span<const specs::SpecPtr> more);

  [[nodiscard]] bool is_done() const { return told_ && told_->state == CommitState::success; }
  [[nodiscard]] std::size_t documents_left_out() const;
  [[nodiscard]] CommitState state_now(bool could_read) const;
  [[nodiscard]] std::string text_of(CommitState state) const;
  [[nodiscard]] std::optional<CommitStatus> tell(CommitState state, async::WallTime now);

  std::shared_ptr<const specs::DesiredState> desired_;  ///< in force; null: nothing was seen yet
  reconcile::Rows rows_;                                ///< of the last cycle that had any
  bool heard_ = true;                                   ///< rows_ are of what is in force
  /// Said something in between that no rows told, and that may have been done.
  std::vector<std::string> untold_sets_;
  bool members_move_ = false;            ///< whatever comes to be a set's is the doing of what was seen last
  std::vector<specs::SpecPtr> awaited_;  ///< changed and not converged yet; sorted by identity
  std::vector<specs::SpecPtr> converged_;  ///< were awaited, and are no more; likewise
  std::vector<std::string> awaited_sets_;
  /// Of the awaited ones, as the last cycle that could read them saw them.
  std::vector<BlockedSet> blocked_sets_;
  std::vector<BlockedWorkspace> blocked_;  ///< sorted by identity
  bool may_be_told_ = true;           ///< false: what was told before the start might be better than pending
  std::optional<CommitStatus> told_;  ///< of this revision, the last one
  async::WallTime told_at_{};
  std::optional<async::WallTime> over_since_;  ///< of a failure
  std::size_t told_of_it_ = 0;
};

}  // namespace cr::daemon
