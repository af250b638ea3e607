#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <forward_list>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "reconcile/coder/api_error.h"
#include "reconcile/coder/types.h"
#include "reconcile/read/costs.h"
#include "reconcile/read/live_state.h"
#include "reconcile/read/page_walk.h"
#include "reconcile/read/read_plan.h"

namespace cr::reconcile {

/// The answer to one query: rows of a list, or what a look by name found.
using Answer = std::variant<coder::WorkspaceRows, coder::NameLook>;

/// One read pass as it goes: takes answers, matches their rows to what is declared, and says what is still
/// unknown. Pure.
///
/// Rows are matched without regard to case by owner and name, or by owner id and name where the owner is
/// declared as UUID. Whatever a reply was asked for, each row of it that fits a declared workspace counts. A
/// row that fits none is dropped at once.
class ReadProgress {
 public:
  /// `buffers`: empty; their room is used.
  ReadProgress(std::vector<Target> targets, ReadCosts costs, LiveState::Buffers buffers = {});

  [[nodiscard]] const ReadState& state() const { return state_; }
  /// Nothing is left to ask.
  [[nodiscard]] bool all_settled() const;
  /// Live workspaces found so far, by how.
  [[nodiscard]] LiveReadCounts counts() const;

  /// Takes the answer to `query` and how long it took. A failed one settles those that it was asked for as
  /// NotRead, except where another way to ask is left: too long a line (414) is asked again with half as many
  /// ids.
  void record(const Query& query, coder::ApiResult<Answer> answer, std::chrono::nanoseconds took);

  /// Grows with every answer that brought something: a workspace settled, a row not seen before, a way to ask
  /// ruled out. A read in which it stands still gets nowhere.
  [[nodiscard]] std::uint64_t steps() const { return steps_; }

  /// Nothing more is asked: whoever is not settled is NotRead for this reason.
  void give_up(coder::ApiError reason);

  /// The targets with what was learnt of their ids. Nothing may be recorded afterwards.
  [[nodiscard]] std::vector<Target> take_targets() { return std::move(state_.targets); }
  /// What was found. Call when plan_reads has nothing left to ask.
  [[nodiscard]] LiveState finish() &&;

 private:
  void record_ids(const ReadIds& query, coder::WorkspaceRows rows);
  void record_owner(const ReadOwner& query, coder::WorkspaceRows rows);
  void record_name(const ReadName& query, coder::NameLook look);
  void record_page(const ReadPage& query, coder::WorkspaceRows rows);
  void record_failure(const Query& query, coder::ApiError error);

  /// The declared workspaces that a row is: none, one, or two where one names the owner and the other the
  /// UUID.
  struct Fits {
    std::optional<TargetIndex> first, second;
  };
  [[nodiscard]] Fits fits(const LiveWorkspace& row) const;
  /// Keeps the rows that are declared, as `fits` (of one row) says, and settles those they are of.
  template <class FitsOf>
  void keep(std::vector<LiveWorkspace> rows, ReadKind how, FitsOf fits_of);
  void settle_live(TargetIndex target, const LiveWorkspace& row, ReadKind how);
  void settle(TargetIndex target, LiveEntry entry);
  [[nodiscard]] NotRead not_read(coder::ApiError why) { return {&errors_.emplace_front(std::move(why))}; }
  [[nodiscard]] std::optional<TargetIndex> find(const specs::Identity& identity) const;

  ReadState state_;
  std::vector<LiveEntry> entries_;  ///< by target; what is not settled holds an Absent that means nothing
  std::vector<LiveState::RowsOfAnswer> answers_;  ///< what entries point to
  std::forward_list<coder::ApiError> errors_;     ///< as well
  // Of one answer at a time; members for their memory alone.
  std::vector<std::pair<WorkspaceId, TargetIndex>> asked_;
  std::vector<Fits> whose_;
  bool any_owner_uuid_ = false;
  std::size_t lost_ids_ = 0;
  std::uint64_t steps_ = 0;
  PageWalk pages_;  ///< what ReadState::pages is a copy of
};

}  // namespace cr::reconcile
