#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "daemon/news/news.h"
#include "reconcile/report/report.h"
#include "specs/desired_state.h"

namespace cr::daemon {

/// Makes news of cycles: of what changes alone, and of each change once.
///
/// - What begins is told at once; that it is over is told when it has stayed so for kSettled. Whatever flaps
///   faster than that is one message, until it ends; so are reasons that take turns, and digests of a plan
///   that stays held.
/// - Between two bulletins are kPace, whatever happens to how many: what comes meanwhile is told together.
///   What is held, and an outage, does not wait.
/// - What is not known is no news: a workspace that could not be read is as it was when it last could.
/// - A difference because a spec has changed is no drift.
/// - The first cycle that can read tells of what is held alone; what else it finds, and what a later one
/// finds
///   of a workspace that it could not read, counts as told.
///
/// A value with one thread; pure. It knows what is open, and shares the last rows with their reports.
class NewsDesk {
 public:
  static constexpr std::chrono::minutes kSettled{5};
  static constexpr std::chrono::minutes kPace{1};

  /// What this cycle brought, if anything. `ways_out`: how a held plan is let go, for people.
  [[nodiscard]] std::optional<Bulletin> hear(const reconcile::CycleReport& report,
                                             const specs::DesiredState& desired, const std::string& ways_out);
  /// What had to wait after an earlier bulletin, if it need not any more.
  [[nodiscard]] std::optional<Bulletin> what_waits(async::WallTime now);

 private:
  struct Key {
    NewsKind kind{};
    specs::Identity workspace{};  ///< empty: the whole, or a set
    std::string set{};            ///< its name
    std::string reason{};
    auto operator<=>(const Key&) const = default;
  };
  struct Detail {
    std::string text;
    std::string author{};
    std::string digest{};  ///< of what is held
  };
  struct Open {
    std::optional<async::WallTime> over_since{};
    std::string digest{};  ///< as it was told last
    async::WallTime told_at{};
  };
  /// What is the same for many: kind, reason, and what else it has to have alike.
  using Alike = std::tuple<NewsKind, std::string, std::string>;  // kinds are in the order of gravity
  struct Piece {
    News news;
    std::string first_text;  ///< as it was given
  };
  enum class End { told, silent, not_yet };
  using Found = std::map<Key, Detail>;
  class Grouping;

  void find_whole(const reconcile::CycleReport& report, const specs::DesiredState& desired,
                  const std::string& ways_out, Found& found) const;
  static void find_sets(const reconcile::CycleReport& report, Found& found);
  void find_of(const reconcile::WorkspaceStatus& row, const reconcile::WorkspaceStatus* before,
               Found& found) const;
  void find_rows(const reconcile::CycleReport& report, Found& found);
  [[nodiscard]] bool is_unknown(const Key& key, const reconcile::CycleReport& report) const;
  /// Whether the same is still to be said of the workspace, or of the whole, for another reason.
  [[nodiscard]] bool is_replaced(const Key& key) const;
  [[nodiscard]] bool counts_as_told(const Key& key) const;
  void tell_what_begins(const Found& found, async::WallTime now, Grouping& grouping);
  [[nodiscard]] static End end_of(const Key& key, const reconcile::CycleReport& report);
  void tell_what_is_over(const Found& found, const reconcile::CycleReport& report, Grouping& grouping);
  static void tell_end(const Key& key, Grouping& grouping);
  void tell_convergence(const reconcile::CycleReport& report, Grouping& grouping);
  void remember(const reconcile::CycleReport& report);

  std::map<Key, Open> open_;

  std::map<Alike, Piece> pending_;  ///< not told yet
  std::optional<async::WallTime> told_at_;
  std::vector<reconcile::Rows::Row> known_;  ///< each as it last could be read, sorted by identity
  reconcile::Rows rows_of_known_;            ///< whose rows those are, where all of them could be read
  std::set<specs::Identity> first_read_;     ///< could not be read before, and can now
  std::string converged_;                    ///< the last revision that was live wholly
  bool was_unsettled_ = false;               ///< since then something was not as declared
  std::string revision_;                     ///< of the last report
  std::string held_digest_;                  ///< of its plan, if that is held
  bool first_ = true;
  bool failed_before_ = false;
};

}  // namespace cr::daemon
