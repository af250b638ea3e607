#pragma once

#include <chrono>
#include <map>
#include <optional>
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
///   faster than that is one message, until it ends.
/// - What is not known is no news: a workspace that could not be read is as it was when it last could.
/// - A difference because a spec has changed is no drift.
/// - The first cycle tells of what is held alone; what else it finds counts as told.
///
/// A value with one thread; pure. It knows what is open, and shares the last rows with their reports.
class NewsDesk {
 public:
  static constexpr std::chrono::minutes kSettled{5};

  /// What this cycle brought, if anything. `ways_out`: how a held plan is let go, for people.
  [[nodiscard]] std::optional<Bulletin> hear(const reconcile::CycleReport& report,
                                             const specs::DesiredState& desired, const std::string& ways_out);

 private:
  struct Key {
    NewsKind kind{};
    specs::Identity workspace;  ///< empty: the whole, or a set
    std::string set{};          ///< its name
    std::string reason{};
    auto operator<=>(const Key&) const = default;
  };
  struct Detail {
    std::string text;
    std::string author;
  };
  struct Open {
    std::optional<async::WallTime> over_since;
  };
  using Found = std::map<Key, Detail>;
  class Grouping;

  void find_whole(const reconcile::CycleReport& report, const specs::DesiredState& desired,
                  const std::string& ways_out, Found& found) const;
  static void find_sets(const reconcile::CycleReport& report, Found& found);
  void find_of(const reconcile::WorkspaceStatus& row, const reconcile::WorkspaceStatus* before,
               Found& found) const;
  void find_rows(const reconcile::CycleReport& report, Found& found) const;
  [[nodiscard]] bool is_unknown(const Key& key, const reconcile::CycleReport& report) const;
  /// Whether the same is still to be said of the workspace, or of the whole, for another reason.
  [[nodiscard]] static bool is_replaced(const Key& key, const Found& found);
  void tell_what_begins(const Found& found, Grouping& grouping);
  void tell_what_is_over(const Found& found, const reconcile::CycleReport& report, Grouping& grouping);
  static void tell_end(const Key& key, Grouping& grouping);
  void tell_convergence(const reconcile::CycleReport& report, Grouping& grouping);
  void remember(const reconcile::CycleReport& report);

  std::map<Key, Open> open_;
  std::vector<reconcile::Rows::Row> known_;  ///< each as it last could be read, sorted by identity
  std::string converged_;                    ///< the last revision that was live wholly
  bool first_ = true;
};

}  // namespace cr::daemon
