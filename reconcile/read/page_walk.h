#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_set>

#include "reconcile/model/live_workspace.h"
#include "reconcile/read/read_plan.h"

namespace cr::reconcile {

/// Passes over the whole list by pages, until one of them adds up: rows move between pages while workspaces
/// start and stop. Pure.
class PageWalk {
 public:
  /// `most_torn`: so many passes that do not add up are the end of it.
  explicit PageWalk(int most_torn) : most_torn_(most_torn) {}

  [[nodiscard]] const PageProgress& progress() const { return progress_; }
  /// An answer to this query would no longer count.
  [[nodiscard]] bool is_of_past_pass(const ReadPage& query) const {
    return progress_.over || query.pass != progress_.torn_passes;
  }

  /// What an answer meant.
  struct Step {
    bool of_this_pass = false;   ///< else nothing else is said
    std::size_t fresh_rows = 0;  ///< that this pass had not shown yet
    bool tells_fleet = false;    ///< its `count` is that of the fleet
    bool pass_ended = false;
    bool whole = false;  ///< the pass that ended showed every workspace that there is
  };
  /// `count`: as the answer said it.
  Step record(const ReadPage& query, std::span<const LiveWorkspace> rows, std::uint64_t count);
  /// A page failed: whoever has not been seen may be on it.
  void fail() { progress_.over = true; }

 private:
  void end_of_pass(Step& step);

  int most_torn_;
  PageProgress progress_;
  std::unordered_set<WorkspaceId> ids_;   ///< of this pass
  std::uint64_t pages_answered_ = 0;      ///< of all passes
  std::uint64_t rows_answered_ = 0;       ///< of this pass, that pages were asked for and answered
  bool pass_contradicts_itself_ = false;  ///< pages of this pass told different counts
};

}  // namespace cr::reconcile
