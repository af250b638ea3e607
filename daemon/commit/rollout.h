#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/commit/status.h"
#include "reconcile/async/clock.h"
#include "reconcile/report/report.h"
#include "reconcile/report/rows.h"
#include "specs/desired_state.h"

namespace cr::daemon {

/// How a revision of the specs comes to be live, told as the status of its commit: `pending` when it is first
/// seen, `success` when the last workspace that it changed has converged, `failure` while somebody must act.
///
/// - **What a revision changed**: workspaces whose spec is new or says something else than in the revision
///   before, wherever it stands in its file; sets likewise, and those of their members that differ. What the
///   revision before had not brought to its end, and had not told to wait for a person, is carried over: its
///   own commit gets no more statuses, and else nobody would ever be told. What waits for a person by then
///   has been told where it belongs, and makes no later commit fail.
/// - **Converged** is reconcile::is_settled() in a cycle that could read, once for each workspace. Somebody
///   may well have changed the first one again when the last one gets there; that is drift, and no business
///   of the commit's.
/// - **Somebody must act**: a workspace or a set that the revision changed waits for a person, or a document
///   is invalid. So does a workspace whose policy only reports and which differs: it is not as declared, and
///   nobody else will make it so. Coder that is away, or that rejects the token, is no fault of the commit's:
///   it stays as it was.
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
  /// What waits for a person.
  struct Blocked {
    std::string name;    ///< "alice/dev", "set payments-dev"
    std::string reason;  ///< "Forbidden"
    bool is_set = false;
  };

  void begin_with_all();
  void begin_after(const specs::DesiredState& before);
  void carry_over();
  void await_declared_only();
  void await_changes(const specs::DesiredState& before);
  void take_sets(const reconcile::CycleReport& report);
  void await_members(const reconcile::Rows& rows, const std::string& set);
  void take_rows(const reconcile::Rows& rows);
  void await(std::vector<specs::SpecPtr> more);

  [[nodiscard]] bool is_done() const { return told_ && told_->state == CommitState::success; }
  [[nodiscard]] std::size_t documents_left_out() const;
  [[nodiscard]] CommitState state_now(bool could_read) const;
  [[nodiscard]] std::string text_of(CommitState state) const;
  [[nodiscard]] std::optional<CommitStatus> tell(CommitState state, async::WallTime now);

  std::shared_ptr<const specs::DesiredState> desired_;  ///< in force; null: nothing was seen yet
  reconcile::Rows rows_;                                ///< of the last cycle that could read
  reconcile::Rows rows_before_;          ///< likewise, of the revision before; while sets are awaited
  std::vector<specs::SpecPtr> awaited_;  ///< changed and not converged yet; sorted by identity
  std::vector<std::string> awaited_sets_;
  std::vector<Blocked> blocked_;  ///< of the awaited ones, as the last cycle that could read saw them
  std::vector<specs::SpecPtr> blocked_specs_;  ///< those that are workspaces; sorted by identity
  std::size_t converged_ = 0;                  ///< were awaited, and are no more
  bool may_be_told_ = true;           ///< false: what was told before the start might be better than pending
  std::optional<CommitStatus> told_;  ///< of this revision, the last one
  async::WallTime told_at_{};
  std::optional<async::WallTime> over_since_;  ///< of a failure
  std::size_t told_of_it_ = 0;
};

}  // namespace cr::daemon
