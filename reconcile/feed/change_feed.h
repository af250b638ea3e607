#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "reconcile/feed/author.h"
#include "reconcile/feed/by_workspace.h"
#include "reconcile/feed/feed_trust.h"
#include "reconcile/feed/log_walk.h"
#include "reconcile/feed/own_writes.h"
#include "reconcile/feed/read_set.h"
#include "reconcile/feed/setting.h"
#include "reconcile/feed/sweep.h"
#include "reconcile/model/audit_row.h"
#include "reconcile/model/live_workspace.h"

namespace cr::reconcile::feed {

/// Follows Coder's audit log, so that a cycle reads again only what may have changed, and tells who changed
/// it. It is a hint and no truth: whatever it is wrong about, each declared workspace is read at least once
/// within the sweep interval; and it is believed only while nothing speaks against it.
///
/// One cycle, in this order:
///   1. `begin`, and `take` for each answer until there is no further query. A request that ends otherwise is
///      `refused` or `failed`, and ends the look: the cycle reads whole.
///   2. `choose`: which of the declared workspaces are read.
///   3. `saw` for each that a read, or a reply to a write, showed; `gone` for each id that is proven to lead
///      nowhere; `wrote` for each write, before what shows its effect. A read that fails is no read: nothing
///      is told of it, and the workspace stays due.
///
/// No I/O, no clock. A value; not thread-safe.
class ChangeFeed {
 public:
  /// `wanted`: false keeps it off for good: every cycle reads whole.
  explicit ChangeFeed(Pace pace, bool wanted = true) : wanted_(wanted), pace_(pace), sweep_(pace) {}

  /// A cycle begins now. The first query; none where the log is not to be read in this cycle. `coder_now`: by
  /// Coder's clock, as far as it is known.
  [[nodiscard]] std::optional<AuditQuery> begin(SteadyTime now, AuditTime coder_now);
  /// Answers the last query. The next one; none: the look is over.
  [[nodiscard]] std::optional<AuditQuery> take(const AuditPage& page);
  /// Coder does not let this token read its log, or has none (403, 404, 400): asked again after a sweep
  /// interval.
  void refused();
  /// No answer, or none that can be understood. The next look catches up.
  void failed();
  /// And Coder has answered all else since: three times in a row, and the log is left alone for a sweep
  /// interval.
  void failed_alone();

  /// One for each of `declared`. What is not among them is forgotten.
  [[nodiscard]] std::vector<Why> choose(std::span<const Declared> declared);
  /// What is remembered of this template was not as it is: its workspaces are read in the next cycle.
  void doubt(const TemplateId& of);
  /// Templates that a row named in this cycle's look: what is remembered of them may be old.
  [[nodiscard]] const std::vector<TemplateId>& templates_named() const { return templates_named_; }

  /// What it knows of a workspace; of one that it does not know nothing.
  [[nodiscard]] Told told_of(const WorkspaceId& workspace) const;

  /// `ours`: the settings that its spec declares: a change of one that no row tells is one missed.
  void saw(const LiveWorkspace& row, SettingSet ours, SteadyTime now);
  void gone(const WorkspaceId& workspace);
  /// `now`: after the reply.
  void wrote(const OwnWrite& write, SteadyTime now);

  /// Who set the setting to what was last seen. Nobody where it has not been seen to change, where Coder or
  /// we did it, and while no row tells: one may still come.
  [[nodiscard]] Author author_of(const WorkspaceId& workspace, Setting setting) const;

  [[nodiscard]] Trust state() const { return trust_.state(); }
  [[nodiscard]] std::optional<Distrust> distrust() const { return trust_.why(); }
  [[nodiscard]] std::uint64_t rows_told() const { return rows_told_; }
  [[nodiscard]] std::uint64_t missed_changes() const { return missed_changes_; }
  /// Age of the oldest read that a declared workspace's state rests on; 0 where there is none.
  [[nodiscard]] std::chrono::nanoseconds sweep_age(SteadyTime now) const;

 private:
  /// Of one workspace that has been read: what a choice looks at.
  struct Known {
    SteadyTime read_at{};              ///< when the cycle of its last read began
    std::uint32_t template_index = 0;  ///< into templates_
    bool declared = false;             ///< equal to choice_: the last choice had it
    bool read = false;
    bool named = false;
    bool template_named = false;

    /// Neither a row nor the want of a read calls for one.
    [[nodiscard]] bool is_quiet() const { return read && !named && !template_named; }
  };
  /// And what it was then, by which a change is told.
  struct Seen {
    AuditTime at{};       ///< when the cycle began, by Coder's clock
    LookNumber look = 0;  ///< the last one before
    SettingPrints prints{};
  };
  /// By us, since the last read.
  struct Written {
    SettingSet settings;
    AuditTime at;  ///< the last of these
  };
  /// A change that the log has still to tell.
  struct Untold {
    ChangeSeen change;
    SteadyTime seen;
  };
  /// A change whose author is known, or may still be told.
  struct Attributed {
    ChangeSeen change;
    SteadyTime seen;
    Author author;
    bool settled = false;  ///< no row of it can come any more
  };

  void learn(Look& look);
  void name(const AuditRow& row, bool ours);
  [[nodiscard]] std::uint32_t index_of(const TemplateId& id);
  [[nodiscard]] bool is_named(const TemplateId& id) const;
  void judge_untold();
  void settle_authors();
  void begin_anew();
  void give_up(Distrust why);
  /// `after`: by Coder's clock.
  [[nodiscard]] ChangeSeen change_of(const LiveWorkspace& row, LookNumber told_before, Setting setting,
                                     AuditTime after, SteadyTime now) const;
  void attribute(ChangeSeen change, SteadyTime now);
  [[nodiscard]] bool covers(const Known& known) const;
  [[nodiscard]] Told told_by(const WorkspaceId& workspace, const Known& known) const;
  [[nodiscard]] AuditTime coder_time(SteadyTime at) const;

  bool wanted_;
  Pace pace_;
  FeedTrust trust_;
  LogWalk walk_;
  OwnWrites own_writes_;
  RecentRows rows_;
  Sweep sweep_;

  SteadyTime began_{};                       ///< this cycle
  AuditTime coder_began_{};                  ///< the same by Coder's clock
  bool asked_ = false;                       ///< and Coder has answered the first query
  bool looked_ = false;                      ///< and the look is over
  std::optional<SteadyTime> ask_again_;      ///< once refused, or given up
  int failed_in_a_row_ = 0;                  ///< alone
  std::optional<SteadyTime> covered_since_;  ///< since then every change is told, if the feed is right
  LookNumber look_ = 0;
  bool choice_ = false;  ///< turns with each choice

  ByWorkspace<Known, Seen> known_;
  std::vector<TemplateId> templates_;  ///< of all that is known: many have the same
  std::unordered_map<TemplateId, std::uint32_t> template_indices_;
  std::unordered_map<WorkspaceId, Written> written_;
  std::vector<Untold> untold_;
  std::map<std::pair<WorkspaceId, Setting>, Attributed> changes_;
  std::vector<TemplateId> templates_named_;
  std::uint64_t rows_told_ = 0;
  std::uint64_t missed_changes_ = 0;
};

}  // namespace cr::reconcile::feed
